//! What was sent to the App's webhook, and what it answered.

use serde_json::Value;

use super::world::Time;

#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) id: u64,
    /// Shared by a delivery and its redeliveries; the receiver recognises repeats by it.
    pub(super) guid: String,
    pub(super) app: u64,
    pub(super) event: String,
    pub(super) action: Option<String>,
    pub(super) installation: Option<u64>,
    pub(super) repository: Option<u64>,
    pub(super) redelivery: bool,
    pub(super) delivered: Time,
    pub(super) seconds: f64,
    /// 0 until the receiver has answered.
    pub(super) status_code: u16,
    pub(super) status: String,
    pub(super) request_headers: Vec<(String, String)>,
    pub(super) payload: Value,
    pub(super) answer: Option<String>,
}

impl Delivery {
    pub(super) fn failed(&self) -> bool {
        self.status_code >= 400
    }
}
