//! Which unchanged files of the head's tree help to understand the changed ones. Pure: it sees paths and changed texts only.

mod code;
mod deployment;
mod gather;
mod monitoring;
mod wishes;

pub use gather::wanted;
