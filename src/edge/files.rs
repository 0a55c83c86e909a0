//! Files that contacts attached, where the provider gives no link that could be shown: passed on while they come, and
//! never kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;

use super::Edge;
use super::error::Problem;
use super::handing::{asked, hand};
use crate::domain::ids::AccountId;
use crate::ports::channel::{File, Files, NotFetched};

/// Where files are, by account.
pub type Shelves = BTreeMap<AccountId, Arc<dyn Files>>;

/// Whoever wrote them is a stranger: nothing in them may run, or load anything.
const POLICY: &str = "default-src 'none'; sandbox";
/// What a browser may show in its place; everything else is saved. None of these can hold a script.
const SHOWN: [&str; 7] = ["image/jpeg", "image/png", "image/webp", "image/gif", "audio/mpeg", "audio/ogg", "video/mp4"];

/// `GET /api/v1/files/{account}/{file}`.
pub async fn file(
    request: HttpRequest,
    edge: Data<Edge>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (account, file) = path.into_inner();
    let shelf = edge.shelves.get(&AccountId::new(&account));
    let shelf = shelf.ok_or_else(|| Problem::not_found("This account has no files."))?;
    let File { path, length, part, bytes } = shelf.fetch(&file, asked(&request)).await.map_err(problem)?;
    let name: String = path.rsplit('/').next().unwrap_or_default().chars().filter(|letter| is_plain(*letter)).collect();
    let kind = mime_guess::from_path(&name).first_or_octet_stream();
    let place = if SHOWN.contains(&kind.essence_str()) { "inline" } else { "attachment" };
    let mut response = HttpResponse::Ok();
    response
        .content_type(kind.essence_str())
        .insert_header((header::CONTENT_DISPOSITION, format!("{place}; filename=\"{name}\"")))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=3600"));
    let bytes = bytes.map(|chunk| chunk.map_err(std::io::Error::other));
    Ok(hand(&request, response, (length, part), bytes))
}

fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_')
}

fn problem(why: NotFetched) -> Problem {
    match why {
        NotFetched::Gone => Problem::not_found("The provider has no such file, or not any more."),
        NotFetched::TooLarge => Problem::too_large(why.to_string()),
        NotFetched::Unreachable(_) => {
            Problem { status: StatusCode::BAD_GATEWAY, detail: why.to_string(), ..Problem::busy() }
        }
    }
}
