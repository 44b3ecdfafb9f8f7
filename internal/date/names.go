package date

// monthNumber returns the number of the month, 1 to 12, whose short name text begins with in any case, or 0.
func monthNumber(text []byte) int {
	switch threeLetters(text) {
	case 'j'<<16 | 'a'<<8 | 'n':
		return 1
	case 'f'<<16 | 'e'<<8 | 'b':
		return 2
	case 'm'<<16 | 'a'<<8 | 'r':
		return 3
	case 'a'<<16 | 'p'<<8 | 'r':
		return 4
	case 'm'<<16 | 'a'<<8 | 'y':
		return 5
	case 'j'<<16 | 'u'<<8 | 'n':
		return 6
	case 'j'<<16 | 'u'<<8 | 'l':
		return 7
	case 'a'<<16 | 'u'<<8 | 'g':
		return 8
	case 's'<<16 | 'e'<<8 | 'p':
		return 9
	case 'o'<<16 | 'c'<<8 | 't':
		return 10
	case 'n'<<16 | 'o'<<8 | 'v':
		return 11
	case 'd'<<16 | 'e'<<8 | 'c':
		return 12
	}
	return 0
}

// dayNumber is the same for days of the week, Monday being 1.
func dayNumber(text []byte) int {
	switch threeLetters(text) {
	case 'm'<<16 | 'o'<<8 | 'n':
		return 1
	case 't'<<16 | 'u'<<8 | 'e':
		return 2
	case 'w'<<16 | 'e'<<8 | 'd':
		return 3
	case 't'<<16 | 'h'<<8 | 'u':
		return 4
	case 'f'<<16 | 'r'<<8 | 'i':
		return 5
	case 's'<<16 | 'a'<<8 | 't':
		return 6
	case 's'<<16 | 'u'<<8 | 'n':
		return 7
	}
	return 0
}

// threeLetters packs the first three bytes of text. Letters become small ones; no other byte becomes a letter.
func threeLetters(text []byte) uint32 {
	const small = 0x202020
	return uint32(text[0])<<16 | uint32(text[1])<<8 | uint32(text[2]) | small
}
