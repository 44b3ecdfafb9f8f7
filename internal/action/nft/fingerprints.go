package nft

// fingerprints are those of the stock nftables actions that we know, each for the types multiport, allports and custom: our own, and
// Debian's release 1.0.2. TestPackActionsAreRecognised and TestStockActionsAreRecognised print what is missing here. The
// original's commands themselves are not ours to keep.
var fingerprints = []fingerprint{
	{ // our own
		kind: "multiport",
		slots: "29:table_family 1:table 16:table_family 1:table 1:chain 9:chain_type 6:chain_hook 10:chain_priority " +
			"19:table_family 1:table 33:addr_options 25:protocol 32:table_family 1:table 1:chain 26:port " +
			"50:blocktype 11:nftables 17:nftables 15:table_family 1:table 1:chain 48:table_family 1:table 1:chain " +
			"19:nftables 6:nftables 12:table_family 1:table 12:nftables 12:table_family 1:table 1:chain " +
			"20:nftables 14:table_family 1:table 13:nftables 11:table_family 1:table 24:nftables 12:table_family " +
			"1:table 1:chain 38:nftables 13:table_family 1:table 37:nftables 16:table_family 1:table",
		sum: "4761e38b8a6849891c57feea9a8d89eff6b4815a33f61280d40376d0233ee7cf",
	},
	{ // our own
		kind: "allports",
		slots: "29:table_family 1:table 16:table_family 1:table 1:chain 9:chain_type 6:chain_hook 10:chain_priority " +
			"19:table_family 1:table 33:addr_options 18:table_family 1:table 1:chain 18:protocol 39:blocktype " +
			"5:nftables 17:nftables 15:table_family 1:table 1:chain 48:table_family 1:table 1:chain 19:nftables " +
			"6:nftables 12:table_family 1:table 12:nftables 12:table_family 1:table 1:chain 20:nftables " +
			"14:table_family 1:table 13:nftables 11:table_family 1:table 24:nftables 12:table_family 1:table " +
			"1:chain 38:nftables 13:table_family 1:table 37:nftables 16:table_family 1:table",
		sum: "264f03452ceb1ccb5a134f52b8f3ba58acf463332d498664b98e87dd259623e0",
	},
	{ // our own
		kind: "custom",
		slots: "29:table_family 1:table 16:table_family 1:table 1:chain 9:chain_type 6:chain_hook 10:chain_priority " +
			"19:table_family 1:table 33:addr_options 18:table_family 1:table 1:chain 35:blocktype 5:nftables " +
			"17:nftables 15:table_family 1:table 1:chain 48:table_family 1:table 1:chain 19:nftables 6:nftables " +
			"12:table_family 1:table 12:nftables 12:table_family 1:table 1:chain 20:nftables 14:table_family " +
			"1:table 13:nftables 11:table_family 1:table 24:nftables 12:table_family 1:table 1:chain 38:nftables " +
			"13:table_family 1:table 37:nftables 16:table_family 1:table",
		sum: "66e7263fc049831753c49a343c42383c866fcf24c3f5c4070671b210120cfd96",
	},
	{ // 1.0.2
		kind: "multiport",
		slots: "12:nftables 11:table_family 1:table 1:nftables 14:table_family 1:table 1:chain 9:chain_type 6:chain_hook " +
			"10:chain_priority 7:nftables 9:table_family 1:table 58:protocol 23:nftables 10:table_family 1:table " +
			"1:chain 25:port 52:blocktype 19:nftables 15:table_family 1:table 1:chain 78:nftables 13:table_family " +
			"1:table 1:chain 12:nftables 12:table_family 1:table 14:nftables 12:table_family 1:table 33:nftables " +
			"14:table_family 1:table 17:nftables 11:table_family 1:table 35:nftables 15:table_family 1:table 1:chain " +
			"78:nftables 13:table_family 1:table 1:chain 12:nftables 12:table_family 1:table 12:nftables " +
			"9:table_family 1:table 58:protocol 23:nftables 10:table_family 1:table 1:chain 25:port 52:blocktype " +
			"20:nftables 12:table_family 1:table 1:chain 40:nftables 13:table_family 1:table 35:nftables " +
			"16:table_family 1:table",
		sum: "bb42fb14793db2c416b367510c172cd43e580666dfa89e7c4f531b0f33890c26",
	},
	{ // 1.0.2
		kind: "allports",
		slots: "12:nftables 11:table_family 1:table 1:nftables 14:table_family 1:table 1:chain 9:chain_type 6:chain_hook " +
			"10:chain_priority 7:nftables 9:table_family 1:table 37:nftables 10:table_family 1:table 1:chain " +
			"17:protocol 36:blocktype 14:nftables 15:table_family 1:table 1:chain 78:nftables 13:table_family 1:table " +
			"1:chain 12:nftables 12:table_family 1:table 14:nftables 12:table_family 1:table 33:nftables " +
			"14:table_family 1:table 17:nftables 11:table_family 1:table 35:nftables 15:table_family 1:table 1:chain " +
			"78:nftables 13:table_family 1:table 1:chain 12:nftables 12:table_family 1:table 12:nftables " +
			"9:table_family 1:table 37:nftables 10:table_family 1:table 1:chain 17:protocol 36:blocktype 15:nftables " +
			"12:table_family 1:table 1:chain 40:nftables 13:table_family 1:table 35:nftables 16:table_family 1:table",
		sum: "2f9aa3a3d5daad589af515bd6b766ac5749aa2e26bf0fba74efff9e4f18e1bd0",
	},
	{ // 1.0.2
		kind: "custom",
		slots: "12:nftables 11:table_family 1:table 1:nftables 14:table_family 1:table 1:chain 9:chain_type 6:chain_hook " +
			"10:chain_priority 7:nftables 9:table_family 1:table 37:nftables 10:table_family 1:table 1:chain " +
			"33:blocktype 14:nftables 15:table_family 1:table 1:chain 78:nftables 13:table_family 1:table 1:chain " +
			"12:nftables 12:table_family 1:table 14:nftables 12:table_family 1:table 33:nftables 14:table_family " +
			"1:table 17:nftables 11:table_family 1:table 35:nftables 15:table_family 1:table 1:chain 78:nftables " +
			"13:table_family 1:table 1:chain 12:nftables 12:table_family 1:table 12:nftables 9:table_family 1:table " +
			"37:nftables 10:table_family 1:table 1:chain 33:blocktype 15:nftables 12:table_family 1:table 1:chain " +
			"40:nftables 13:table_family 1:table 35:nftables 16:table_family 1:table",
		sum: "6e8e5f5c37e86151cb4b249db4b37b1f7d8bb5055f1172d964c800c5862e75d4",
	},
}
