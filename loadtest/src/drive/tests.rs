//! The driver against the ceiling server, the smallest product there is.

use super::*;
use crate::provider::{Provider, Settings};
use crate::{ceiling, product};

/// The ceiling server in this process, the smallest product there is.
async fn drive_ceiling(pace: Pace) -> Report {
    let dir = tempfile::tempdir().unwrap();
    let listen = product::free_port().unwrap();
    let board = Board::new(Plan::new(listen, product::page()).first_psid, 10);
    let provider = Provider::start(Settings { hook: Some(board.hook()), ..Settings::default() }).await.unwrap();
    let settings = ceiling::Settings {
        listen,
        page: product::page(),
        page_token: product::PAGE_TOKEN.into(),
        provider: provider.address(),
        database: dir.path().join("ceiling.db"),
        connections: 2,
    };
    std::thread::spawn(move || actix_web::rt::System::new().block_on(ceiling::run(settings)));
    while tokio::net::TcpStream::connect(listen).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let plan = Plan {
        contacts: 10,
        connections: 4,
        warm_up: Duration::ZERO,
        stop: Stop::Count(200),
        pace,
        ..Plan::new(listen, product::page())
    };
    drive(plan, board).await.unwrap()
}

#[tokio::test]
async fn every_message_of_a_closed_loop_gets_its_reply() {
    let report = drive_ceiling(Pace::Closed).await;
    assert_eq!(report.acked, 200);
    assert!(report.is_clean(), "{report:?}");
}

#[tokio::test]
async fn an_open_loop_keeps_its_rate() {
    let report = drive_ceiling(Pace::Open { per_second: 1000.0 }).await;
    assert!(report.is_clean(), "{report:?}");
    assert!(report.seconds > 0.15, "{report:?}");
}
