//! A review from the webhook to the pull request, against the stand-in.

mod crash;
mod custom;
mod faults;
mod limits;
mod reconcile;
mod transport;
mod voice;
