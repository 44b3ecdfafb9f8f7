#include "textflag.h"

// func lineFeeds(feeds *uint64, text *byte, blocks int) (beyond bool)
//
// It takes no more than what every amd64 has. With 32 bytes at a time it would save another hundredth, and have to ask what there is.
TEXT ·lineFeeds(SB), NOSPLIT, $0-25
	MOVQ feeds+0(FP), DI
	MOVQ text+8(FP), SI
	MOVQ blocks+16(FP), CX
	MOVL $0x0a0a0a0a, AX
	MOVQ AX, X0
	PSHUFL $0, X0, X0 // line feeds
	PXOR X5, X5       // all bytes, one over the other

block:
	MOVOU (SI), X1
	MOVOU 16(SI), X2
	MOVOU 32(SI), X3
	MOVOU 48(SI), X4
	POR X1, X5
	POR X2, X5
	POR X3, X5
	POR X4, X5
	PCMPEQB X0, X1
	PCMPEQB X0, X2
	PCMPEQB X0, X3
	PCMPEQB X0, X4
	PMOVMSKB X1, AX
	PMOVMSKB X2, BX
	PMOVMSKB X3, DX
	PMOVMSKB X4, R8
	SHLQ $16, BX
	SHLQ $32, DX
	SHLQ $48, R8
	ORQ BX, AX
	ORQ R8, DX
	ORQ DX, AX
	MOVQ AX, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ block
	PMOVMSKB X5, AX
	TESTL AX, AX
	SETNE beyond+24(FP)
	RET
