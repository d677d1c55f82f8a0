//! Rules of the family `propagation`: whether the trace goes on where work goes on.

pub mod background_context_to_outbound;
pub mod outbound_call_without_context;
pub mod propagator_not_set;
