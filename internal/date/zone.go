package date

import (
	"fmt"
	"strings"

	"gaol/internal/lazy"
)

// zoneMinutes lists the zone abbreviations that are known, by their offset from UTC in minutes. Abbreviations are not
// unique in the world; these are fail2ban's choices, and what it does not know, such as BST or IST, is unknown here too.
var zoneMinutes = []struct {
	minutes int
	names   string
}{
	{-720, "Y"},
	{-660, "NUT SST X"},
	{-600, "CKT HAST HST TAHT TKT W"},
	{-570, "MART MIT"},
	{-540, "AKST GAMT GIT HADT HNY V"},
	{-480, "AKDT CIST HAY HNP PST PT U"},
	{-420, "HAP HNR MST PDT T"},
	{-360, "CST EAST GALT HAR HNC MDT S"},
	{-300, "CDT COT EASST ECT EST ET HAC HNE PET R"},
	{-270, "HLV VET"},
	{-240, "AST BOT CLT COST EDT FKT GYT HAE HNA PYT Q"},
	{-210, "HNT NST NT"},
	{-180, "ADT ART BRT CLST FKST GFT HAA P PMST PYST SRT UYT WGT"},
	{-150, "HAT NDT"},
	{-120, "BRST FNT O PMDT UYST WGST"},
	{-60, "AZOT CVT EGT N"},
	{0, "EGST GMT UTC WET WT Z"},
	{60, "A CET DFT WAT WEDT WEST"},
	{120, "B CAT CEDT CEST EET SAST WAST"},
	{180, "C EAT EEDT EEST IDT MSK"},
	{210, "IRST"},
	{240, "AMT AZT D GET GST KUYT MSD MUT RET SAMT SCT"},
	{270, "AFT IRDT"},
	{300, "AMST AQTT AZST E HMT MAWT MVT PKT TFT TJT TMT UZT YEKT"},
	{330, "SLT"},
	{345, "NPT"},
	{360, "ALMT BIOT BTT F IOT KGT NOVT OMST YEKST"},
	{390, "CCT MMT"},
	{420, "CXT DAVT G HOVT ICT KRAT NOVST OMSST THA WIB"},
	{480, "ACT AWST BDT BNT CAST H HKT IRKT KRAST MYT PHT SGT ULAT WITA WST"},
	{540, "AWDT I IRKST JST KST PWT TLT WDT WIT YAKT"},
	{570, "ACST"},
	{600, "AEST K PGT VLAT YAKST YAPT"},
	{630, "ACDT LHST"},
	{660, "AEDT L LHDT MAGT NCT PONT SBT VLAST VUT"},
	{690, "NFT"},
	{720, "ANAST ANAT FJT GILT M MAGST MHT NZST PETST PETT TVT WFT"},
	{780, "FJST NZDT"},
}

// zoneOffsets maps each abbreviation to its offset in seconds.
var zoneOffsets = lazy.Value[map[string]int]{Make: func() map[string]int {
	offsets := map[string]int{}
	for _, row := range zoneMinutes {
		for name := range strings.FieldsSeq(row.names) {
			offsets[name] = row.minutes * 60
		}
	}
	return offsets
}}

// UnknownZoneError is the error for an abbreviation that looks like a zone but is not known.
type UnknownZoneError struct{ Name string }

func (e *UnknownZoneError) Error() string { return "'" + e.Name + "'" }

// ParseZone reads a logtimezone: an abbreviation, an offset +hh, +hhmm or +hh:mm, or both, which add up: CET+0130 is
// two and a half hours east of UTC. The result is in seconds east. The error is an *UnknownZoneError or says that tz is no
// zone at all, both in fail2ban's words.
func ParseZone(tz string) (offsetSeconds int, err error) {
	offset, ok, err := parseZone([]byte(tz))
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, fmt.Errorf("Unknown or unsupported time zone: '%s'", tz)
	}
	return offset, nil
}

// parseZone is ParseZone for text from a line; ok is false when it has not the form of a zone.
func parseZone(text []byte) (offset int, ok bool, err error) {
	name := text
	for i, c := range text {
		if c < 'A' || c > 'Z' {
			name = text[:i]
			break
		}
	}
	rest := text[len(name):]
	if len(name) == 2 || len(name) > 5 || len(text) == 0 {
		return 0, false, nil
	}
	minutes := 0
	if len(rest) > 0 {
		if minutes, ok = offsetMinutes(rest); !ok {
			return 0, false, nil
		}
	}
	if len(name) > 0 {
		if offset, ok = zoneOffsets.Get()[string(name)]; !ok {
			return 0, false, &UnknownZoneError{string(name)}
		}
	}
	return offset + minutes*60, true, nil
}

// offsetMinutes reads +hh, +hhmm or +hh:mm. Minutes above 59 count as what they say.
func offsetMinutes(text []byte) (minutes int, ok bool) {
	var digits [4]int
	n := 0
	sign := text[0]
	if sign != '+' && sign != '-' {
		return 0, false
	}
	for rest := text[1:]; len(rest) > 0; {
		if n == 2 && rest[0] == ':' {
			if rest = rest[1:]; len(rest) == 0 {
				return 0, false
			}
		}
		d, size := digit(rest)
		if size == 0 || n == len(digits) {
			return 0, false
		}
		digits[n] = d
		n++
		rest = rest[size:]
	}
	if n != 2 && n != 4 || text[1] != '0' && text[1] != '1' {
		return 0, false
	}
	minutes = (digits[0]*10+digits[1])*60 + digits[2]*10 + digits[3]
	if sign == '-' {
		minutes = -minutes
	}
	return minutes, true
}
