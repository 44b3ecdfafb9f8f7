package client

// A commandHelp explains one command. The synopsis is how completion scripts know the command.
type commandHelp struct{ synopsis, help string }

// A commandSection is a part of the help.
type commandSection struct {
	title    string
	commands []commandHelp
}

// commandTable lists the commands of the client in the order of the help.
func commandTable() []commandSection {
	return []commandSection{
		{"BASIC", basicCommands()},
		{"LOGGING", loggingCommands()},
		{"DATABASE", databaseCommands()},
		{"JAIL CONTROL", jailControlCommands()},
		{"JAIL CONFIGURATION", jailSetCommands()},
		{"COMMAND ACTION CONFIGURATION", actionSetCommands()},
		{"GENERAL ACTION CONFIGURATION", anyActionSetCommands()},
		{"JAIL INFORMATION", jailGetCommands()},
		{"COMMAND ACTION INFORMATION", actionGetCommands()},
		{"GENERAL ACTION INFORMATION", anyActionGetCommands()},
	}
}

func basicCommands() []commandHelp {
	return []commandHelp{
		{"start", "run the server with all enabled jails"},
		{"restart", "stop the server, then start it"},
		{"restart [--unban] [--if-exists] <JAIL>", "stop one jail and start it again, as 'reload --restart' does"},
		{"reload [--restart] [--unban] [--all]", "read the configuration again and apply what changed; bans stay unless '--unban' lifts them, '--restart' stops and starts each jail"},
		{"reload [--restart] [--unban] [--if-exists] <JAIL>", "the same for one jail"},
		{"stop", "stop all jails and end the server"},
		{"unban --all", "lift every ban, in the database too"},
		{"unban <IP> ... <IP>", "lift the bans of these addresses in every jail"},
		{"banned", "list the banned addresses of each jail"},
		{"banned <IP> ... <IP>", "list for each address the jails that ban it"},
		{"status", "list the jails"},
		{"status --all [FLAVOR]", "show every jail"},
		{"stats", "show the counts of all jails as a table"},
		{"ping", "ask whether the server answers"},
		{"echo", "internal: have the server repeat the words"},
		{"help", "print this text"},
		{"version", "ask the server for its version"},
	}
}

func loggingCommands() []commandHelp {
	return []commandHelp{
		{"set loglevel <LEVEL>", "log from this level on: CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG, TRACEDEBUG, HEAVYDEBUG or a number from 50 down to 5"},
		{"get loglevel", "show the log level"},
		{"set logtarget <TARGET>", "log to STDOUT, STDERR, SYSLOG, SYSTEMD-JOURNAL or this file"},
		{"get logtarget", "show where the log goes"},
		{"set syslogsocket auto|<SOCKET>", "use this socket while the log goes to SYSLOG"},
		{"get syslogsocket", "show the socket for SYSLOG"},
		{"flushlogs", "open the log file anew after it was rotated"},
	}
}

func databaseCommands() []commandHelp {
	return []commandHelp{
		{"set dbfile <FILE>", "keep the bans in this file; 'None' keeps none"},
		{"get dbfile", "show the database file"},
		{"set dbmaxmatches <INT>", "keep at most this many log lines with a stored ban"},
		{"get dbmaxmatches", "show how many log lines a stored ban keeps"},
		{"set dbpurgeage <SECONDS>", "forget bans that ended longer ago than this"},
		{"get dbpurgeage", "show after how many seconds ended bans are forgotten"},
		{"set maxlinelength <BYTES>", "cut log lines there, from 256 to 16777216"},
		{"get maxlinelength", "show where log lines are cut"},
	}
}

func jailControlCommands() []commandHelp {
	return []commandHelp{
		{"add <JAIL> <BACKEND>", "make a jail that reads its logs by this backend"},
		{"start <JAIL>", "run a jail"},
		{"stop <JAIL>", "stop a jail and remove it"},
		{"status <JAIL> [FLAVOR]", "show failures and bans of a jail; FLAVOR is basic, short, stats, sources or cymru"},
	}
}

func jailSetCommands() []commandHelp {
	return []commandHelp{
		{"set <JAIL> idle on|off", "let a jail pause"},
		{"set <JAIL> ignoreself true|false", "never ban the machine's own addresses"},
		{"set <JAIL> addignoreip <IP>", "never ban this address or network"},
		{"set <JAIL> delignoreip <IP>", "take an address off the list of those never banned"},
		{"set <JAIL> ignorecommand <VALUE>", "ask this command whether to spare an address"},
		{"set <JAIL> ignorecache <VALUE>", "remember what ignorecommand answered"},
		{"set <JAIL> addlogpath <FILE> ['tail']", "watch one more file, from its end if 'tail' is given"},
		{"set <JAIL> dellogpath <FILE>", "watch a file no longer"},
		{"set <JAIL> logencoding <ENCODING>", "read the log files in this encoding"},
		{"set <JAIL> logskew warn|auto", "warn of dates of another time zone, or correct them"},
		{"set <JAIL> warnnodate <TIME>", "warn when no dates are found for so long; 0 never does"},
		{"set <JAIL> warnnomatch <TIME>", "warn when a busy log has had no match for so long; 0 never does"},
		{"set <JAIL> addjournalmatch <MATCH>", "watch journal entries with these fields, too"},
		{"set <JAIL> deljournalmatch <MATCH>", "watch such journal entries no longer"},
		{"set <JAIL> addfailregex <REGEX>", "count lines that match as failures, too"},
		{"set <JAIL> delfailregex <INDEX>", "remove a failure expression by its number"},
		{"set <JAIL> addignoreregex <REGEX>", "pass over lines that match, too"},
		{"set <JAIL> delignoreregex <INDEX>", "remove an ignore expression by its number"},
		{"set <JAIL> findtime <TIME>", "count the failures of so many seconds back"},
		{"set <JAIL> bantime <TIME>", "ban for so many seconds"},
		{"set <JAIL> datepattern <PATTERN>", "find the date of a line by this pattern"},
		{"set <JAIL> usedns <VALUE>", "say whether host names in logs are looked up: yes, warn, no or raw"},
		{"set <JAIL> attempt <IP> [<failure1> ... <failureN>]", "count a failure of this address as if it had been logged"},
		{"set <JAIL> banip <IP> ... <IP>", "ban these addresses"},
		{"set <JAIL> unbanip [--report-absent] <IP> ... <IP>", "lift the bans of these addresses"},
		{"set <JAIL> maxretry <RETRY>", "ban after so many failures"},
		{"set <JAIL> maxmatches <INT>", "keep at most this many log lines of an address in memory"},
		{"set <JAIL> maxlines <LINES>", "match over so many lines at a time"},
		{"set <JAIL> addaction <ACT>[ <PYTHONFILE> <JSONKWARGS>]", "give the jail one more action, made of commands unless a file is named"},
		{"set <JAIL> delaction <ACT>", "take an action away"},
	}
}

func actionSetCommands() []commandHelp {
	return []commandHelp{
		{"set <JAIL> action <ACT> actionstart <CMD>", "run this when the action begins"},
		{"set <JAIL> action <ACT> actionstop <CMD>", "run this when the action ends"},
		{"set <JAIL> action <ACT> actioncheck <CMD>", "run this to see whether all is still in place"},
		{"set <JAIL> action <ACT> actionban <CMD>", "run this for each ban"},
		{"set <JAIL> action <ACT> actionunban <CMD>", "run this when a ban ends"},
		{"set <JAIL> action <ACT> timeout <TIMEOUT>", "allow each command so many seconds"},
	}
}

func anyActionSetCommands() []commandHelp {
	return []commandHelp{
		{"set <JAIL> action <ACT> <PROPERTY> <VALUE>", "change any property of an action"},
		{"set <JAIL> action <ACT> <METHOD>[ <JSONKWARGS>]", "have an action do something now"},
	}
}

func jailGetCommands() []commandHelp {
	return []commandHelp{
		{"get <JAIL> banned", "list the banned addresses"},
		{"get <JAIL> banned <IP> ... <IP>", "show 1 for each address that is banned and 0 for the others"},
		{"get <JAIL> logpath", "list the files that are watched"},
		{"get <JAIL> logencoding", "show the encoding of the log files"},
		{"get <JAIL> logskew", "show what becomes of dates of another time zone"},
		{"get <JAIL> warnnodate", "show for how long dates may be missing"},
		{"get <JAIL> warnnomatch", "show for how long matches may be missing, None for the default"},
		{"get <JAIL> journalmatch", "show which journal entries are watched"},
		{"get <JAIL> ignoreself", "show whether the machine's own addresses are spared"},
		{"get <JAIL> ignoreip", "list the addresses that are never banned"},
		{"get <JAIL> ignorecommand", "show the command that may spare an address"},
		{"get <JAIL> failregex", "list the failure expressions"},
		{"get <JAIL> ignoreregex", "list the ignore expressions"},
		{"get <JAIL> findtime", "show how far back failures count"},
		{"get <JAIL> bantime", "show how long a ban lasts"},
		{"get <JAIL> datepattern", "show the pattern of dates"},
		{"get <JAIL> usedns", "show whether host names are looked up"},
		{"get <JAIL> banip [<SEP>|--with-time]", "list the banned addresses, first those whose ban ends first; <SEP> goes between them, '--with-time' tells begin and end"},
		{"get <JAIL> maxretry", "show how many failures lead to a ban"},
		{"get <JAIL> maxmatches", "show how many log lines of an address are kept"},
		{"get <JAIL> maxlines", "show how many lines are matched at a time"},
		{"get <JAIL> actions", "list the actions"},
	}
}

func actionGetCommands() []commandHelp {
	return []commandHelp{
		{"get <JAIL> action <ACT> actionstart", "show what runs when the action begins"},
		{"get <JAIL> action <ACT> actionstop", "show what runs when the action ends"},
		{"get <JAIL> action <ACT> actioncheck", "show what checks that all is in place"},
		{"get <JAIL> action <ACT> actionban", "show what runs for each ban"},
		{"get <JAIL> action <ACT> actionunban", "show what runs when a ban ends"},
		{"get <JAIL> action <ACT> timeout", "show how many seconds a command may take"},
	}
}

func anyActionGetCommands() []commandHelp {
	return []commandHelp{
		{"get <JAIL> actionproperties <ACT>", "list the properties of an action"},
		{"get <JAIL> actionmethods <ACT>", "list what an action can do"},
		{"get <JAIL> action <ACT> <PROPERTY>", "show any property of an action"},
	}
}
