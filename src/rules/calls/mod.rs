//! Rules of the family `calls`: how the program waits for others.

pub mod outbound_without_timeout;
