//! The HTTP API for programs, under `/api/v1`: thin handlers over the [`office`], where the work is done.

mod bots;
pub mod document;
mod manage;
pub mod office;
mod openapi;
mod publishing;
pub mod routes;

pub use routes::table;
