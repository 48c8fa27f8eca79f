//! What is deployed: manifests, image, compose file, configuration and exit codes.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use moniflux_tests::body;
use moniflux_tests::process::{Ended, Process, run_to_end};
use moniflux_tests::service::{Service, Store, moniflux};
use moniflux_tests::sink::Sink;
use moniflux_tests::time::{SOON, until};
use moniflux_tests::tools;
use serde_json::{Value, json};
use tempfile::TempDir;

#[tokio::test]
async fn the_kubernetes_manifests_are_valid_and_say_what_the_contract_says() -> Result<()> {
    let manifests = manifests()?;
    let mut command = Command::new(tools::beside_python("kubernetes-validate")?);
    command.arg("--strict").args(manifests.iter().map(|(path, _)| path));
    let ended = run_to_end("kubernetes-validate", &mut command, SOON).await?;
    ensure!(ended.code == 0, "{}{}", ended.stdout, ended.stderr);

    let of_kind = |kind: &str| {
        let found = manifests.iter().map(|(_, manifest)| manifest).find(|manifest| manifest["kind"] == kind);
        found.with_context(|| format!("no {kind}"))
    };
    let deployment = &of_kind("Deployment")?["spec"];
    ensure!(deployment["replicas"] == 3, "replicas: {}", deployment["replicas"]);
    let pod = &deployment["template"]["spec"];
    ensure!(pod["securityContext"]["runAsNonRoot"] == true, "it may run as root");
    let container = &pod["containers"][0];
    ensure!(container["ports"][0]["containerPort"] == 8080, "{container}");
    for (probe, path) in [("livenessProbe", "/health"), ("readinessProbe", "/ready")] {
        ensure!(container[probe]["httpGet"]["path"] == path, "{probe}: {}", container[probe]);
    }
    ensure!(container["resources"]["limits"]["memory"].is_string(), "{}", container["resources"]);
    ensure!(container["securityContext"]["readOnlyRootFilesystem"] == true, "its files can be written");
    let secrets = container["env"].as_array().context("no env")?;
    let uri = secrets.iter().find(|entry| entry["name"] == "MONGO_URI").context("no MONGO_URI")?;
    ensure!(uri["valueFrom"]["secretKeyRef"]["name"].is_string(), "the URI is not a secret: {uri}");

    let port = &of_kind("Service")?["spec"]["ports"][0];
    ensure!(of_kind("Service")?["spec"]["type"] == "LoadBalancer");
    ensure!(port["port"] == 80 && port["targetPort"] == 8080, "{port}");
    ensure!(of_kind("ConfigMap")?["data"]["PORT"] == "8080");
    of_kind("PodDisruptionBudget")?;
    ensure!(container["envFrom"][0]["configMapRef"]["name"] == of_kind("ConfigMap")?["metadata"]["name"]);
    Ok(())
}

#[tokio::test]
async fn the_validator_would_find_a_wrong_manifest() -> Result<()> {
    let folder = TempDir::new()?;
    let wrong = folder.path().join("wrong.yaml");
    std::fs::write(&wrong, "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  prots: []\n")?;
    let mut command = Command::new(tools::beside_python("kubernetes-validate")?);
    let ended = run_to_end("kubernetes-validate", command.arg("--strict").arg(&wrong), SOON).await?;
    ensure!(ended.code != 0, "it took a misspelt field: {}", ended.stdout);
    Ok(())
}

fn manifests() -> Result<Vec<(PathBuf, Value)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(tools::workspace().join("k8s"))? {
        let path = entry?.path();
        let manifest = serde_saphyr::from_str(&std::fs::read_to_string(&path)?)
            .with_context(|| format!("{} is not YAML", path.display()))?;
        found.push((path, manifest));
    }
    ensure!(found.len() >= 4, "only {} manifests", found.len());
    Ok(found)
}

#[tokio::test]
async fn the_image_passes_hadolint_and_does_not_run_as_root() -> Result<()> {
    let dockerfile = tools::workspace().join("docker/Dockerfile");
    let mut command = Command::new(tools::beside_python("hadolint")?);
    let ended = run_to_end("hadolint", command.arg(&dockerfile), SOON).await?;
    ensure!(ended.code == 0, "{}{}", ended.stdout, ended.stderr);
    let text = std::fs::read_to_string(dockerfile)?;
    let user = text.lines().rev().find_map(|line| line.strip_prefix("USER ")).context("no USER")?;
    ensure!(!user.starts_with('0') && !user.starts_with("root"), "it runs as {user}");
    Ok(())
}

#[test]
fn compose_starts_the_service_on_a_replica_set_with_health_checks() -> Result<()> {
    let text = std::fs::read_to_string(tools::workspace().join("docker/compose.yaml"))?;
    let compose: Value = serde_saphyr::from_str(&text)?;
    let (backend, mongo) = (&compose["services"]["backend"], &compose["services"]["mongo"]);
    ensure!(
        mongo["command"].as_array().is_some_and(|command| command.contains(&json!("--replSet"))),
        "{mongo}"
    );
    for service in [backend, mongo] {
        ensure!(service["healthcheck"]["test"].is_array(), "no health check: {service}");
    }
    ensure!(backend["depends_on"]["mongo"]["condition"] == "service_healthy", "{backend}");
    ensure!(backend["environment"]["MONGO_URI"].is_string(), "{backend}");
    Ok(())
}

#[tokio::test]
async fn a_wrong_configuration_reports_every_fault_and_binds_no_port() -> Result<()> {
    let folder = TempDir::new()?;
    // Whoever holds the port lets a bind fail, which has another exit code.
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = taken.local_addr()?.port().to_string();
    let mut command = moniflux(&folder)?;
    command.arg("serve").env("PORT", &port).env("LOG_FORMAT", "xml").env("MONGO_URI", "mysql://u:hunter2@h");
    let ended = run_to_end("moniflux", &mut command, SOON).await?;
    ensure!(ended.code == 104, "exit code {}: {}", ended.code, ended.stderr);
    for name in ["log_format", "mongo_uri"] {
        ensure!(ended.stderr.contains(name), "nothing is said of {name}: {}", ended.stderr);
    }
    ensure!(!ended.stderr.contains("hunter2"), "a password was shown: {}", ended.stderr);
    ensure!(ended.stdout.is_empty(), "{}", ended.stdout);

    let mut command = moniflux(&folder)?;
    let ended = run_to_end("moniflux", command.arg("serve").env("PORT", &port), SOON).await?;
    ensure!(ended.code == 1, "a taken port is no configuration: {} {}", ended.code, ended.stderr);
    Ok(())
}

#[tokio::test]
async fn settings_come_from_a_dotenv_file_unless_the_environment_has_them() -> Result<()> {
    let folder = TempDir::new()?;
    std::fs::write(
        folder.path().join(".env"),
        "PORT=0\nMONIFLUX_DATA_DIR=kept-here\nHOST=nowhere.invalid\n",
    )?;
    let mut command = moniflux(&folder)?;
    command.arg("serve").env("HOST", "127.0.0.1");
    let mut process = Process::start("moniflux", &mut command)?;
    process.address("MoniFlux listens on", SOON).await?;
    ensure!(folder.path().join("kept-here").is_dir(), "the embedded store is elsewhere");
    Ok(())
}

#[tokio::test]
async fn health_tells_containers_whether_the_service_lives() -> Result<()> {
    let service = Service::start(&Store::sqlite()?).await?;
    let (ready, folder) = (format!("{}/ready", service.api().address()), TempDir::new()?);
    ensure!(health(&folder, &ready).await?.code == 0);
    service.kill()?;
    ensure!(health(&folder, &ready).await?.code == 1);
    Ok(())
}

async fn health(folder: &TempDir, url: &str) -> Result<Ended> {
    run_to_end("moniflux health", moniflux(folder)?.args(["health", "--url", url]), SOON).await
}

#[tokio::test]
async fn the_exit_code_of_a_run_says_how_it_ended() -> Result<()> {
    let sink = Sink::start(&[]).await?;
    let folder = TempDir::new()?;
    let spec = |name: &str, seconds: u64, more: &Value| -> Result<PathBuf> {
        let path = folder.path().join(name);
        let spec = json!({"logRate": 100, "duration": seconds, "destination": {"endpoint": sink.address()}});
        std::fs::write(&path, body::with(spec, more).to_string())?;
        Ok(path)
    };

    let good = spec("good.json", 1, &json!({}))?;
    let ended = run_to_end("moniflux run", moniflux(&folder)?.arg("run").arg(good), SOON).await?;
    ensure!(ended.code == 0, "exit code {}", ended.code);

    let wrong = spec("wrong.json", 1, &json!({"logRate": -1, "metricRate": 5}))?;
    let ended = run_to_end("moniflux run", moniflux(&folder)?.arg("run").arg(wrong), SOON).await?;
    ensure!(ended.code == 104, "exit code {}", ended.code);
    for part in ["logRate", "metricRate", "metricsRate"] {
        ensure!(ended.stderr.contains(part), "nothing is said of {part}: {}", ended.stderr);
    }

    let mut command = moniflux(&folder)?;
    command.arg("run").arg(spec("long.json", 600, &json!({"testID": "stopped"}))?).args(["--output", "json"]);
    let mut process = Process::start("moniflux run", &mut command)?;
    until("it is under load", SOON, async || {
        ensure!(sink.received("stopped").await? > 50, "too few");
        Ok(())
    })
    .await?;
    let ended = process.terminate(Duration::from_secs(15)).await?;
    ensure!(ended.code() == Some(105), "{ended}");
    let results: Value = serde_json::from_str(&process.stdout()?).context("no results were printed")?;
    ensure!(results["status"] == "Cancelled", "{results}");
    Ok(())
}
