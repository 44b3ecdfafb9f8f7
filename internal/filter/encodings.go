package filter

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"gaol/internal/lazy"
)

// encodings are the codecs by all names that Python or IANA has for them, spelt as normalised by encodingName. Package ianaindex knows
// most of them, too, but builds its table of 870 names whenever a program starts.
var encodings = lazy.Value[map[string]encoding.Encoding]{Make: func() map[string]encoding.Encoding {
	byName := map[string]encoding.Encoding{}
	for _, row := range []struct {
		codec encoding.Encoding
		names string
	}{
		{unicode.UTF8, "csutf8"},
		{charmap.CodePage037, "cp037 csibm037 ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-us ebcdic-cp-wt ibm037"},
		{charmap.CodePage437, "437 cp437 cspc8codepage437 ibm437"},
		{charmap.CodePage850, "850 cp850 cspc850multilingual ibm850"},
		{charmap.CodePage852, "852 cp852 cspcp852 ibm852"},
		{charmap.CodePage855, "855 cp855 csibm855 ibm855"},
		{charmap.CodePage858, "ccsid00858 cp00858 csibm00858 ibm00858 pc-multilingual-850+euro"},
		{charmap.CodePage860, "860 cp860 csibm860 ibm860"},
		{charmap.CodePage862, "862 cp862 cspc862latinhebrew ibm862"},
		{charmap.CodePage863, "863 cp863 csibm863 ibm863"},
		{charmap.CodePage865, "865 cp865 csibm865 ibm865"},
		{charmap.CodePage866, "866 cp866 csibm866 ibm866"},
		{charmap.CodePage1047, "csibm1047 ibm-1047 ibm1047"},
		{charmap.CodePage1140, "ccsid01140 cp01140 csibm01140 ebcdic-us-37+euro ibm01140"},
		{charmap.ISO8859_1, "8859 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 l1 latin-1 latin1"},
		{charmap.ISO8859_2, "csisolatin2 iso-8859-2 iso-ir-101 l2 latin2"},
		{charmap.ISO8859_3, "csisolatin3 iso-8859-3 iso-ir-109 l3 latin3"},
		{charmap.ISO8859_4, "csisolatin4 iso-8859-4 iso-ir-110 l4 latin4"},
		{charmap.ISO8859_5, "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144"},
		{charmap.ISO8859_6, "arabic asmo-708 csisolatinarabic ecma-114 iso-8859-6 iso-ir-127"},
		{charmap.ISO8859_6E, "csiso88596e iso-8859-6-e"},
		{charmap.ISO8859_6I, "csiso88596i iso-8859-6-i"},
		{charmap.ISO8859_7, "csisolatingreek ecma-118 greek greek8 iso-8859-7 iso-ir-126"},
		{charmap.ISO8859_8, "csisolatinhebrew hebrew iso-8859-8 iso-ir-138"},
		{charmap.ISO8859_8E, "csiso88598e iso-8859-8-e"},
		{charmap.ISO8859_8I, "csiso88598i iso-8859-8-i"},
		{charmap.ISO8859_9, "csisolatin5 iso-8859-9 iso-ir-148 l5 latin5"},
		{charmap.ISO8859_10, "csisolatin6 iso-8859-10 iso-ir-157 l6 latin6"},
		{charmap.ISO8859_13, "csiso885913 iso-8859-13"},
		{charmap.ISO8859_14, "csiso885914 iso-8859-14 iso-celtic iso-ir-199 l8 latin8"},
		{charmap.ISO8859_15, "csiso885915 iso-8859-15 iso8859-15 latin-9"},
		{charmap.ISO8859_16, "csiso885916 iso-8859-16 iso-ir-226 l10 latin10"},
		{charmap.KOI8R, "cskoi8r koi8-r"},
		{charmap.KOI8U, "cskoi8u koi8-u"},
		{charmap.Macintosh, "csmacintosh mac macintosh"},
		{charmap.Windows874, "cswindows874 windows-874"},
		{charmap.Windows1250, "cp1250 cswindows1250 windows-1250"},
		{charmap.Windows1251, "cp1251 cswindows1251 windows-1251"},
		{charmap.Windows1252, "cp1252 cswindows1252 windows-1252"},
		{charmap.Windows1253, "cswindows1253 windows-1253"},
		{charmap.Windows1254, "cswindows1254 windows-1254"},
		{charmap.Windows1255, "cswindows1255 windows-1255"},
		{charmap.Windows1256, "cswindows1256 windows-1256"},
		{charmap.Windows1257, "cswindows1257 windows-1257"},
		{charmap.Windows1258, "cswindows1258 windows-1258"},
		{japanese.EUCJP, "cseucpkdfmtjapanese euc-jp"},
		{japanese.ISO2022JP, "csiso2022jp iso-2022-jp"},
		{japanese.ShiftJIS, "csshiftjis s-jis shift-jis shiftjis sjis"},
		{korean.EUCKR, "cseuckr euc-kr"},
		{simplifiedchinese.GB18030, "csgb18030 gb18030"},
		{simplifiedchinese.GBK, "cp936 csgbk gbk ms936 windows-936"},
		{simplifiedchinese.HZGB2312, "hz-gb-2312"},
		{traditionalchinese.Big5, "big5 csbig5"},
		{unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16 utf16 u16"},
		{unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "csutf16"},
		{unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "csutf16le utf-16-le utf-16le"},
		{unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "csutf16be utf-16-be utf-16be"},
		{utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), "utf-32 utf32 u32"},
		{utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "utf-32-le utf-32le"},
		{utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "utf-32-be utf-32be"},
	} {
		for name := range strings.FieldsSeq(row.names) {
			byName[name] = row.codec
		}
	}
	return byName
}}
