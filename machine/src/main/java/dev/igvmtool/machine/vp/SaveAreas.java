package dev.igvmtool.machine.vp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.snp.SevFeatures;
import dev.igvmtool.abi.snp.Vmsa;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.abi.x64.SegmentRegister;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;

/**
 * Moves the registers of a VP into a save area and back, as the processor does when it leaves and enters an SNP guest
 * (AMD64 Architecture Programmer's Manual, volume 2, 15.35). Of the x87 tags it is kept which registers are empty.
 */
final class SaveAreas {
    private static final long RFLAGS_FIXED = 2;
    private static final long EFER_SVME = 1 << 12;
    private static final long VALID_EVENT = 1L << 31;
    private static final int EXTERNAL_INTERRUPT = 0;
    private static final int EXCEPTION = 3;
    private static final int EMPTY_TAG = 3;

    /** Where FXSAVE stores what the save area has elsewhere. */
    private static final int FX_TAGS = 4;

    private static final int FX_OPCODE = 6;
    private static final int FX_RIP = 8;
    private static final int FX_DATA = 16;
    private static final int FX_MXCSR = 24;
    private static final int FX_ST = 32;
    private static final int FX_XMM = 160;
    private static final int ST_BYTES = 10;
    private static final int XMM_BYTES = 256;

    /** A register of 64 bits that each VTL has for itself. */
    private record Field(int offset, ToLongFunction<VtlState> get, ObjLongConsumer<VtlState> set) {}

    private static final List<Field> FIELDS = List.of(
            new Field(Vmsa.RIP, vtl -> vtl.rip, (vtl, value) -> vtl.rip = value),
            new Field(Vmsa.RFLAGS, vtl -> vtl.rflags, (vtl, value) -> vtl.rflags = value),
            new Field(Vmsa.CR0, vtl -> vtl.cr0, (vtl, value) -> vtl.cr0 = value),
            new Field(Vmsa.CR3, vtl -> vtl.cr3, (vtl, value) -> vtl.cr3 = value),
            new Field(Vmsa.CR4, vtl -> vtl.cr4, (vtl, value) -> vtl.cr4 = value),
            // A guest runs only with SVME, whatever it writes.
            new Field(Vmsa.EFER, vtl -> vtl.efer | EFER_SVME, (vtl, value) -> vtl.efer = value),
            new Field(Vmsa.PAT, vtl -> vtl.pat, (vtl, value) -> vtl.pat = value),
            new Field(Vmsa.DR7, vtl -> vtl.dr7, (vtl, value) -> vtl.dr7 = value),
            new Field(Vmsa.STAR, vtl -> vtl.star, (vtl, value) -> vtl.star = value),
            new Field(Vmsa.LSTAR, vtl -> vtl.lstar, (vtl, value) -> vtl.lstar = value),
            new Field(Vmsa.CSTAR, vtl -> vtl.cstar, (vtl, value) -> vtl.cstar = value),
            new Field(Vmsa.SFMASK, vtl -> vtl.sfmask, (vtl, value) -> vtl.sfmask = value),
            new Field(Vmsa.KERNEL_GS_BASE, vtl -> vtl.kernelGsBase, (vtl, value) -> vtl.kernelGsBase = value),
            new Field(Vmsa.SYSENTER_CS, vtl -> vtl.sysenterCs, (vtl, value) -> vtl.sysenterCs = value),
            new Field(Vmsa.SYSENTER_ESP, vtl -> vtl.sysenterEsp, (vtl, value) -> vtl.sysenterEsp = value),
            new Field(Vmsa.SYSENTER_EIP, vtl -> vtl.sysenterEip, (vtl, value) -> vtl.sysenterEip = value));

    private SaveAreas() {}

    /** Registers of a VTL into an area. */
    static void save(VpState state, int vtlNumber, Vmsa area) {
        VtlState vtl = state.vtl(vtlNumber);
        for (Gpr register : Gpr.values()) {
            area.set(register, state.gpr(vtlNumber, register));
        }
        for (SegmentRegister register : SegmentRegister.values()) {
            area.setSegment(register, vtl.segment(register));
        }
        area.setTable(Vmsa.GDTR, vtl.gdtr);
        area.setTable(Vmsa.IDTR, vtl.idtr);
        FIELDS.forEach(field -> area.set(field.offset, field.get.applyAsLong(vtl)));
        area.set(Vmsa.CR2, state.cr2);
        area.set(Vmsa.DR6, state.dr6);
        for (int i = 0; i < state.debugRegisters.length && swapsDebugRegisters(area); i++) {
            area.set(Vmsa.DR0 + i * Long.BYTES, state.debugRegisters[i]);
        }
        area.memory().writeU8(area.address() + Vmsa.CPL, vtl.cpl());
        area.memory().writeU32(area.address() + Vmsa.TSC_AUX, vtl.tscAux);
        area.memory().writeU8(area.address() + Vmsa.VIRTUAL_INTERRUPT, (int) vtl.cr8);
        saveFx(state.fxState(), area);
    }

    private static boolean swapsDebugRegisters(Vmsa area) {
        return (area.get(Vmsa.SEV_FEATURES) & SevFeatures.DEBUG_SWAP) != 0;
    }

    private static void saveFx(Bytes fx, Vmsa area) {
        long at = area.address();
        area.memory().writeU16(at + Vmsa.X87_FCW, fx.u16(0));
        area.memory().writeU16(at + Vmsa.X87_FSW, fx.u16(2));
        int tags = 0;
        for (int i = 0; i < 8; i++) {
            tags |= (fx.u8(FX_TAGS) >> i & 1) != 0 ? 0 : EMPTY_TAG << 2 * i;
        }
        area.memory().writeU16(at + Vmsa.X87_FTW, tags);
        area.memory().writeU16(at + Vmsa.X87_FOP, fx.u16(FX_OPCODE));
        area.set(Vmsa.X87_RIP, fx.u64(FX_RIP));
        area.set(Vmsa.X87_DP, fx.u64(FX_DATA));
        area.memory().writeU32(at + Vmsa.MXCSR, fx.u32(FX_MXCSR));
        for (int i = 0; i < 8; i++) {
            area.memory().writeBytes(at + Vmsa.X87_REGISTERS + (long) i * ST_BYTES, fx.slice(FX_ST + 16 * i, ST_BYTES));
        }
        area.memory().writeBytes(at + Vmsa.XMM_REGISTERS, fx.slice(FX_XMM, XMM_BYTES));
    }

    /** Registers of a VTL out of an area, with the event that is to be injected. */
    static void load(VpState state, int vtlNumber, Vmsa area) {
        VtlState vtl = state.vtl(vtlNumber);
        for (Gpr register : Gpr.values()) {
            state.setGpr(vtlNumber, register, area.get(register));
        }
        for (SegmentRegister register : SegmentRegister.values()) {
            vtl.setSegment(register, area.segment(register));
        }
        vtl.gdtr = area.table(Vmsa.GDTR);
        vtl.idtr = area.table(Vmsa.IDTR);
        FIELDS.forEach(field -> field.set.accept(vtl, area.get(field.offset)));
        vtl.rflags |= RFLAGS_FIXED;
        state.cr2 = area.get(Vmsa.CR2);
        state.dr6 = area.get(Vmsa.DR6);
        for (int i = 0; i < state.debugRegisters.length && swapsDebugRegisters(area); i++) {
            state.debugRegisters[i] = area.get(Vmsa.DR0 + i * Long.BYTES);
        }
        vtl.tscAux = area.memory().readU32(area.address() + Vmsa.TSC_AUX);
        vtl.cr8 = area.get(Vmsa.VIRTUAL_INTERRUPT) & 0xf;
        boolean vtom = (area.get(Vmsa.SEV_FEATURES) & SevFeatures.VTOM) != 0;
        vtl.virtualTom = vtom ? area.get(Vmsa.VIRTUAL_TOM) : 0;
        state.setFxState(loadFx(area));
        loadEvent(vtl, area);
    }

    private static Bytes loadFx(Vmsa area) {
        ByteBuffer fx = ByteBuffer.allocate(VpState.FX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long at = area.address();
        fx.putShort(0, (short) area.memory().readU16(at + Vmsa.X87_FCW));
        fx.putShort(2, (short) area.memory().readU16(at + Vmsa.X87_FSW));
        int tags = area.memory().readU16(at + Vmsa.X87_FTW);
        int used = 0;
        for (int i = 0; i < 8; i++) {
            used |= (tags >> 2 * i & EMPTY_TAG) == EMPTY_TAG ? 0 : 1 << i;
        }
        fx.put(FX_TAGS, (byte) used);
        fx.putShort(FX_OPCODE, (short) area.memory().readU16(at + Vmsa.X87_FOP));
        fx.putLong(FX_RIP, area.get(Vmsa.X87_RIP));
        fx.putLong(FX_DATA, area.get(Vmsa.X87_DP));
        fx.putInt(FX_MXCSR, (int) area.memory().readU32(at + Vmsa.MXCSR));
        fx.putInt(FX_MXCSR + 4, 0xffff);
        for (int i = 0; i < 8; i++) {
            byte[] st = area.memory()
                    .readBytes(at + Vmsa.X87_REGISTERS + (long) i * ST_BYTES, ST_BYTES)
                    .toByteArray();
            fx.put(FX_ST + 16 * i, st);
        }
        fx.put(
                FX_XMM,
                area.memory().readBytes(at + Vmsa.XMM_REGISTERS, XMM_BYTES).toByteArray());
        return Bytes.wrap(fx.array());
    }

    /** EVENTINJ, in the form of PendingEvent0; the field is used up. */
    private static void loadEvent(VtlState vtl, Vmsa area) {
        long event = area.get(Vmsa.EVENT_INJECTION);
        if ((event & VALID_EVENT) == 0) {
            return;
        }
        area.set(Vmsa.EVENT_INJECTION, 0);
        long vector = event & 0xff;
        int type = (int) (event >>> 8) & 7;
        if (type == EXTERNAL_INTERRUPT) {
            vtl.pendingEvent = vector << 8 | 5 << 1 | 1;
        } else if (type == EXCEPTION) {
            vtl.pendingEvent = event & 0xffff_ffff_0000_0000L | vector << 16 | (event >>> 11 & 1) << 8 | 1;
            vtl.pendingEventHigh = area.get(Vmsa.CR2);
        }
    }
}
