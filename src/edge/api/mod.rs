//! The HTTP API for programs, under `/api/v1`: thin handlers over the [`office`], where the work is done.

mod bots;
mod deliveries;
pub mod document;
mod hand_offs;
mod manage;
pub mod office;
mod openapi;
mod publishing;
pub mod routes;
mod templates;
mod writing;

pub use routes::table;
