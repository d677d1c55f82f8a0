//! A module.
use std::{io, sync::LazyLock as Lazy};
pub use crate::store::{self, *};

static HITS: Lazy<Counter> = Lazy::new(|| register_counter!("hits", "é").unwrap());

#[derive(Debug, Clone)]
pub struct Store<T> { pool: Pool<T>, name: &'static str }

#[async_trait]
impl<T: Send> Api for Store<T> {
    #[tracing::instrument(skip(self), fields(user.id = %id), err)]
    async fn load(&self, id: u64, State((a, mut b)): State<(u8, u8)>) -> Result<Vec<Row>, Error> {
        let span = info_span!("load", id, url = ?self.name);
        let _entered = span.enter();
        let rows = match self.pool.fetch::<Row>(&format!("é {id:>5} {}", a + b)).await {
            Ok(rows) => rows,
            Err(Error::NotFound) => return Ok(Vec::new()),
            Err(e) if e.is_timeout() => panic!("{e}"),
            Err(e) => {
                tracing::error!(error = %e, { code = 5 }, "load failed: {}", redact(&e.to_string()));
                return Err(e.into());
            }
        };
        if let Err(error) = self.notify(rows.len()).await && !rows.is_empty() { warn!(?error); }
        let Ok(first) = rows.first().ok_or(Error::Empty) else { return Err(Error::Empty) };
        tokio::select! {
            biased;
            Some(x) = self.next(), if a > 1 => { self.save(x).await.ok(); }
            _ = shutdown() => {}
            else => unreachable!(),
        }
        tokio::spawn(async move { while let Ok(m) = rx.recv().await { let _ = handle(m).await; } });
        let total: u64 = rows.iter().map(|row| row.size).sum::<u64>() as u64;
        lazy_static! { static ref X: u8 = start(); }
        Ok(vec![json!({"id": first.id, "n": [total, { "deep": count() }]}); 2].try_into().unwrap_or_default())
    }
}
macro_rules! twice { ($x:expr) => { $x; $x }; }
