//! The pages a reviewer looks at.

mod routes;

pub(super) use routes::routes;
