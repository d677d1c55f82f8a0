//! The bundled change: a small shop that starts to charge cards through a gateway, and loses sight of it on the way.

use crate::standin::Change;

pub(super) const REPO: &str = "acme/checkout";
pub(super) const TITLE: &str = "Charge cards through the gateway, refund orders, archive receipts";
pub(super) const AUTHOR: &str = "dana";
pub(super) const BODY: &str = "Until now we only booked the amount. This calls the gateway, adds refunds to the API \
of the shop and keeps a copy of every receipt.\n\n- [x] tried against the sandbox\n- [ ] load test";

macro_rules! files {
    ($side:literal: $($path:literal),+ $(,)?) => {
        &[$(($path, Some(include_bytes!(concat!("../../../fixtures/demo/", $side, "/", $path))))),+]
    };
}

pub(super) const BASE: &[Change<'static>] = files!["base":
    "README.md",
    "payments/go.mod",
    "payments/main.go",
    "payments/charge.go",
    "web/package.json",
    "web/src/server.ts",
    "web/src/checkout.ts",
    "receipts/pyproject.toml",
    "receipts/worker.py",
];

pub(super) const HEAD: &[Change<'static>] =
    files!["head": "payments/charge.go", "web/src/server.ts", "web/src/checkout.ts", "receipts/worker.py"];
