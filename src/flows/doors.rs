//! The doors a flow may go through: one value, made once by the composition root.

use std::sync::Arc;

use crate::model::Clock;
use crate::queue::Store;

#[derive(Clone)]
pub struct Doors {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    /// Where this service is reached, for links to rule pages; without a slash at the end.
    pub public_url: Option<Arc<str>>,
}
