//! Runs a test on every store.

/// Makes two tests of each function that takes a [`Store`](crate::service::Store): one with the embedded store, one
/// with MongoDB.
#[macro_export]
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $name() -> anyhow::Result<()> {
                super::$name($crate::service::Store::sqlite()?).await
            })+
        }

        mod on_mongodb {
            $(#[tokio::test]
            async fn $name() -> anyhow::Result<()> {
                super::$name($crate::service::Store::mongodb().await?).await
            })+
        }
    };
}
