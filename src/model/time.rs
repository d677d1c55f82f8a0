//! Time as a value. Below floor 7 code receives `now`; whoever has to ask later in its work holds a [`Clock`], and only
//! the edges own a real one.

use chrono::{DateTime, Utc};

pub type Timestamp = DateTime<Utc>;

pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}
