//! One connection of the load: write, sign, post, wait.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{Pace, Run};
use crate::clock;
use crate::http::Connection;
use crate::messenger::{PATH, SIGNATURE};

/// A message that is refused so often is given up.
const TRIES_MAX: u32 = 100;
/// Meta gives up on an answer after five seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Posts messages until the run is over.
pub(crate) async fn connection(run: Arc<Run>) {
    let mut writer = Writer { body: Vec::new(), request: Vec::new() };
    let mut open: Option<Connection> = None;
    while let Ok(permit) = run.gate.acquire().await {
        permit.forget();
        let Some(number) = run.take_number() else { return };
        let due = run.due(number);
        run.board.expect(number % run.plan.contacts, due, run.plan.replies);
        writer.write(&run, number);
        post(&run, &mut open, &writer.request, due).await;
        if run.plan.replies == 0 && run.plan.pace == Pace::Closed {
            run.gate.add_permits(1);
        }
    }
}

/// Posts until it is acknowledged, always the same bytes, as Meta does.
async fn post(run: &Run, open: &mut Option<Connection>, request: &[u8], due: Instant) {
    for _ in 0..TRIES_MAX {
        match tokio::time::timeout(PATIENCE, try_once(run, open, request)).await {
            Ok(Ok(200)) => return run.board.acknowledged(due),
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => *open = None,
        }
        run.board.refused();
        if run.over.load(Ordering::Relaxed) && clock::instant() > due + PATIENCE {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    run.board.gave_up();
}

async fn try_once(run: &Run, open: &mut Option<Connection>, request: &[u8]) -> std::io::Result<u16> {
    let connection = match open {
        Some(connection) => connection,
        None => open.insert(Connection::open(run.plan.to).await?),
    };
    let answer = connection.exchange(request).await?;
    if answer.closes {
        *open = None;
    }
    Ok(answer.status)
}

/// Writes requests into memory that is used again; the bytes are those Meta would send.
struct Writer {
    body: Vec<u8>,
    request: Vec<u8>,
}

impl Writer {
    fn write(&mut self, run: &Run, number: u64) {
        let plan = &run.plan;
        let (page, now) = (&plan.page.id, clock::millis());
        let (psid, run_id, text) = (plan.first_psid + number % plan.contacts, &run.run_id, &plan.text);
        self.body.clear();
        self.request.clear();
        // Writing into memory cannot fail.
        let _ = write!(
            self.body,
            r#"{{"object":"page","entry":[{{"id":"{page}","time":{now},"messaging":[{{"sender":{{"id":"{psid}"}},"recipient":{{"id":"{page}"}},"timestamp":{now},"message":{{"mid":"m_{run_id}_{number}","text":"{text} #{number}"}}}}]}}]}}"#,
        );
        let _ = write!(
            self.request,
            "POST {PATH} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n{SIGNATURE}: {}\r\ncontent-length: {}\r\n\r\n",
            plan.to,
            plan.page.sign(&self.body),
            self.body.len()
        );
        self.request.extend_from_slice(&self.body);
    }
}
