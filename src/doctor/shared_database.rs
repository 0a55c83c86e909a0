//! What is wrong with the PostgreSQL database that nodes share.

use super::Finding;
use crate::adapters::postgres::{Address, Examined, FORMAT, OpenError, examine};
use crate::ports::clock::Clock;

pub fn findings(url: &str, clock: &dyn Clock) -> Vec<Finding> {
    let address = match Address::parse(url) {
        Ok(address) => address,
        Err(wrong) => return vec![Finding::bad(format!("database: {wrong}."), "Mend it in the configuration.")],
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return vec![Finding::bad(format!("The database cannot be looked at: {error}."), "")],
    };
    match runtime.block_on(examine(&address, clock)) {
        Ok(examined) => of(&address, &examined),
        Err(refusal) => vec![refused(&address, &refusal)],
    }
}

fn of(address: &Address, examined: &Examined) -> Vec<Finding> {
    let mut findings = Vec::new();
    let version = &examined.server.version;
    findings.push(match examined.server.refusal() {
        None => Finding::ok(format!("The database {address} can be used; PostgreSQL {version}.")),
        Some(refusal) => refused(address, &refusal),
    });
    findings.push(match examined.format {
        None => Finding::ok("There is nothing in the database yet; the first start makes its tables."),
        Some(format) => {
            Finding::ok(format!("The database has format {format}; this version knows formats up to {FORMAT}."))
        }
    });
    let warnings = examined.server.warnings();
    findings.extend(warnings.into_iter().map(|warning| Finding::warn(warning.what, warning.fix)));
    findings
}

fn refused(address: &Address, refusal: &OpenError) -> Finding {
    Finding::bad(format!("The database {address} cannot be used: {refusal}."), "")
}
