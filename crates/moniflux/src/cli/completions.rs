//! `moniflux completions` and `moniflux man`: what shells and readers of manuals know of the command line.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::exit::Exit;

/// For which shell.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompletionsArgs {
    shell: Shell,
}

/// Where the pages go.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  moniflux man --dir ~/.local/share/man/man1 && man moniflux-run")]
pub(crate) struct ManArgs {
    /// Writes a page for each command into this folder; without it, the first page goes to standard output
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut script);
    written(&script)
}

pub(crate) fn man(args: &ManArgs) -> anyhow::Result<Exit> {
    let Some(folder) = &args.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page)?;
        return written(&page);
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .with_context(|| format!("cannot write into {}", folder.display()))?;
    Ok(Exit::Done)
}

fn written(document: &[u8]) -> anyhow::Result<Exit> {
    let mut stdout = std::io::stdout();
    stdout.write_all(document)?;
    stdout.flush()?;
    Ok(Exit::Done)
}

const NAME: &str = "moniflux";

const EXAMPLES: &str = "Examples:
  source <(moniflux completions bash)
  moniflux completions zsh > ~/.zfunc/_moniflux
  moniflux completions fish > ~/.config/fish/completions/moniflux.fish";
