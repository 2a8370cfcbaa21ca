package dev.igvmtool.abi.hv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.x64.SegmentValue;
import dev.igvmtool.abi.x64.TableValue;
import org.junit.jupiter.api.Test;

class HvStructuresTest {
    /** Context of EnableVpVtl as the real sidecar wrote it for one VP (16 VPs on 2 nodes). */
    private static final Bytes SIDECAR_CONTEXT = Bytes.fromHex("4f8d000080fffffff8ff3f0080ffffff0200000000000000"
            + "0000000000000000ffffffff10009ba00000000000000000ffffffff180093c0"
            + "0000000000000000ffffffff180093c00000000000000000ffffffff180093c0"
            + "0000000000000000ffffffff180093c00000000000000000ffffffff180093c0"
            + "0000000000000000ffff000000008b0000000000000000000000000000000000"
            + "0000000000000f021490010080ffffff0000000000001f001c17000080ffffff"
            + "000d000000000000210000800000000000d08b20010000006002000000000000"
            + "0604070006040700");

    @Test
    void sizesAreThoseOfTheSpecification() {
        assertEquals(16, VpRegistersHeader.CODEC.size());
        assertEquals(32, RegisterAssociation.CODEC.size());
        assertEquals(16, RegisterValue.CODEC.size());
        assertEquals(224, InitialVpContext.CODEC.size());
        assertEquals(72, ArmInitialVpContext.CODEC.size());
        assertEquals(88, ArmVpStartInput.CODEC.size());
        assertEquals(240, VpStartInput.CODEC.size());
        assertEquals(16, ModifyVtlProtectionMaskHeader.CODEC.size());
        assertEquals(16, VpIndexFromApicIdHeader.CODEC.size());
        assertEquals(24, InstallInterceptInput.CODEC.size());
        assertEquals(24, AcceptGpaPagesHeader.CODEC.size());
        assertEquals(32, TranslateVirtualAddressInput.CODEC.size());
        assertEquals(32, AssertVirtualInterruptInput.CODEC.size());
        assertEquals(16, CheckVtlAccessHeader.CODEC.size());
        assertEquals(16, HostVisibilityHeader.CODEC.size());
        assertEquals(40, InterceptHeader.CODEC.size());
        assertEquals(0x80, IoPortIntercept.CODEC.size());
        assertEquals(0x50, MemoryIntercept.CODEC.size());
        assertEquals(64, MsrIntercept.CODEC.size());
        assertEquals(104, CpuidIntercept.CODEC.size());
        assertEquals(208, HypercallIntercept.CODEC.size());
        assertEquals(16, SignalEventDirectInput.CODEC.size());
        assertEquals(280, PostMessageDirectInput.CODEC.size());
        assertEquals(256, HvMessage.CODEC.size());
        assertEquals(240, ExceptionIntercept.CODEC.size());
        assertEquals(8, ApicEoiMessage.CODEC.size());
        assertEquals(48, SintDeliverable.CODEC.size());
        assertEquals(48, InterruptDeliverable.CODEC.size());
        assertEquals(16, ReturnAction.CODEC.size());
        assertEquals(24, FlushInput.CODEC.size());
        assertEquals(32, FlushExHeader.CODEC.size());
        assertEquals(4, LongSpinWaitInput.CODEC.size());
        assertEquals(16, ClusterIpiInput.CODEC.size());
        assertEquals(24, ClusterIpiExHeader.CODEC.size());
        assertEquals(16, EnablePartitionVtlInput.CODEC.size());
        assertEquals(256, PostMessageInput.CODEC.size());
        assertEquals(8, SignalEventInput.CODEC.size());
        assertEquals(56, RetargetDeviceInterruptInput.CODEC.size());
        assertEquals(32, RestorePartitionTimeInput.CODEC.size());
        assertEquals(16, MmioReadInput.CODEC.size());
    }

    @Test
    void readsTheContextThatTheRealSidecarWrites() {
        InitialVpContext context = InitialVpContext.CODEC.read(SIDECAR_CONTEXT);

        assertEquals(0xffff_ff80_003f_fff8L, context.rsp());
        assertEquals(new SegmentValue(0, 0xffff_ffffL, 0x10, 0xa09b), context.cs());
        assertEquals(new SegmentValue(0, 0xffff, 0, 0x8b), context.tr());
        assertEquals(0x20f, context.idtr().limit());
        assertEquals(0x1_208b_d000L, context.cr3());
        assertEquals(0x0007_0406_0007_0406L, context.pat());
        assertEquals(SIDECAR_CONTEXT, InitialVpContext.CODEC.toBytes(context));
    }

    @Test
    void controlWordOfOneRepIsThatOfTheShim() {
        HypercallControl control = HypercallControl.rep(HypercallCode.GET_VP_REGISTERS, 1);

        assertEquals(0x0000_0001_0000_0050L, control.value());
        assertEquals(1, control.repCount());
        assertFalse(control.fast());
        assertFalse(control.hasReservedBits());
        assertTrue(new HypercallControl(1L << 27).hasReservedBits());
    }

    @Test
    void codesFindTheirCalls() {
        for (HypercallCode code : HypercallCode.values()) {
            assertEquals(code, HypercallCode.of(code.code()).orElseThrow());
        }
        assertTrue(HypercallCode.of(0xffff).isEmpty());
    }

    @Test
    void registerValuesHoldSegmentsAndTables() {
        SegmentValue segment = new SegmentValue(0x1234_5678_9abcL, 0xffff_ffffL, 0x18, 0xc093);
        TableValue table = new TableValue(0x1f, 0x871_7000);

        assertEquals(segment, RegisterValue.of(segment).segment());
        assertEquals(table, RegisterValue.of(table).table());
    }

    @Test
    void messageKeepsItsPayload() {
        HvMessage message = new HvMessage(MessageType.IO_PORT, Bytes.of((byte) 1, (byte) 2));

        assertEquals(message, HvMessage.CODEC.read(HvMessage.CODEC.toBytes(message)));
    }

    @Test
    void messageWithTooLongPayloadIsRefused() {
        byte[] bytes = new byte[256];
        bytes[4] = (byte) 241;

        assertThrows(FormatException.class, () -> HvMessage.CODEC.read(Bytes.wrap(bytes)));
    }

    @Test
    void targetVtlNamesOnlyWithItsUseBit() {
        assertEquals(0x10, TargetVtl.explicit(0).value());
        assertTrue(TargetVtl.CURRENT.vtl().isEmpty());
        assertEquals(0, TargetVtl.explicit(0).vtl().orElseThrow());
    }
}
