//! Addresses of the pages.

use std::sync::Arc;

use axum::Router;

use super::super::site::Site;

pub(in super::super) fn routes() -> Router<Arc<Site>> {
    Router::new()
}
