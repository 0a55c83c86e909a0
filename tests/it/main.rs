
mod store_contract;
