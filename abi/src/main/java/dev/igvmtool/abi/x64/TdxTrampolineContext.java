package dev.igvmtool.abi.x64;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U16;
import dev.igvmtool.abi.binary.U32;
import dev.igvmtool.abi.binary.U64;

/**
 * {@code TdxTrampolineContext}, 168 bytes, at the start of the reset page of a TD: the state that the code behind it
 * loads, and the mailbox in which other processors wait. A limit or selector of 0 is not loaded.
 *
 * @param mailboxCommand 1 wakes the processor of {@code mailboxApicId}
 * @param mailboxWakeupVector where it goes
 * @param dataSelector for DS, ES, FS, GS and SS
 * @param staticGdtLimit of the GDT at the end of this structure
 * @param initialRip where the boot processor goes
 * @param transitionCr3 page tables for the way into 64-bit mode
 * @param staticGdt two descriptors; the last byte of the second belongs to the code
 */
public record TdxTrampolineContext(
        @U16 int mailboxCommand,
        @U16 int mailboxReserved,
        @U32 long mailboxApicId,
        @U64 long mailboxWakeupVector,
        @U32 int padding0,
        @U16 int dataSelector,
        @U16 int staticGdtLimit,
        @U32 long staticGdtBase,
        @U16 int taskSelector,
        @U16 int idtrLimit,
        @U64 long idtrBase,
        @U64 long initialRip,
        @U16 int codeSelector,
        @U16 int padding1,
        @U16 int padding2,
        @U16 int gdtrLimit,
        @U64 long gdtrBase,
        @U64 long rsp,
        @U64 long rbp,
        @U64 long rsi,
        @U64 long r8,
        @U64 long r9,
        @U64 long r10,
        @U64 long r11,
        @U64 long cr0,
        @U64 long cr3,
        @U64 long cr4,
        @U32 long transitionCr3,
        @U32 int padding3,
        @Fixed(16) Bytes staticGdt) {
    public static final Codec<TdxTrampolineContext> CODEC = Codec.of(TdxTrampolineContext.class, lookup());

    /** Where it stands: the page with the reset vector. */
    public static final long GPA = 0xffff_f000L;

    /** What the code behind it leaves in EFER: the module has set LME and NXE, and paging sets LMA. */
    public static final long EFER = 0xd00;

    private static final long CR0_PG_NE_PE = 0x8000_0021L;
    private static final long CR4_MCE_PAE = 0x60;

    /**
     * The same for other processors: they keep the descriptor tables and selectors that they have, and run on other
     * page tables.
     */
    public TdxTrampolineContext forOtherProcessors(long newCr3) {
        return new TdxTrampolineContext(
                mailboxCommand,
                mailboxReserved,
                mailboxApicId,
                mailboxWakeupVector,
                padding0,
                dataSelector,
                staticGdtLimit,
                staticGdtBase,
                0,
                0,
                idtrBase,
                initialRip,
                0,
                padding1,
                padding2,
                0,
                gdtrBase,
                rsp,
                rbp,
                rsi,
                r8,
                r9,
                r10,
                r11,
                cr0 | CR0_PG_NE_PE,
                newCr3,
                cr4 | CR4_MCE_PAE,
                transitionCr3,
                padding3,
                staticGdt);
    }
}
