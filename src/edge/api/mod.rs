//! The HTTP API for programs, under `/api/v1`: thin handlers over the [`office`], where the work is done.

mod assigning;
mod bots;
mod contacts;
mod custody;
mod deliveries;
pub mod document;
mod finding;
mod hand_offs;
mod manage;
mod mentions;
pub mod office;
mod openapi;
mod publishing;
pub mod routes;
mod sessions;
mod staff;
mod teams;
mod templates;
mod views;
mod writing;

use actix_web::HttpResponse;
use actix_web::http::header;

pub use routes::table;

/// Whoever asks wants what there is now; nobody keeps it, for some of it is secret.
fn fresh(body: impl serde::Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}
