//! `[uploads]`: how large files may be that are attached, and how many.

use super::table::Table;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploads {
    pub file_bytes_max: u64,
    pub at_once_max: usize,
    pub visitor_files_per_hour: usize,
    pub visitor_bytes_per_hour: u64,
    /// Of all visitors behind one address.
    pub address_files_per_hour: usize,
    pub address_bytes_per_hour: u64,
    pub account_bytes_per_hour: u64,
}

pub fn read(mut table: Table<'_>) -> Uploads {
    const MIB: u64 = 1024 * 1024;
    const GIB: u64 = 1024 * MIB;
    let uploads = Uploads {
        file_bytes_max: table.number("file_bytes_max", 1024..=100 * MIB),
        at_once_max: table.number("at_once_max", 1..=1000) as usize,
        visitor_files_per_hour: table.number("visitor_files_per_hour", 1..=10_000) as usize,
        visitor_bytes_per_hour: table.number("visitor_bytes_per_hour", 1024..=100 * GIB),
        address_files_per_hour: table.number("address_files_per_hour", 1..=100_000) as usize,
        address_bytes_per_hour: table.number("address_bytes_per_hour", 1024..=1000 * GIB),
        account_bytes_per_hour: table.number("account_bytes_per_hour", 1024..=1000 * GIB),
    };
    table.finish();
    uploads
}
