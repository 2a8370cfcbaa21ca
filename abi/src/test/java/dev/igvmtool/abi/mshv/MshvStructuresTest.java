package dev.igvmtool.abi.mshv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MshvStructuresTest {
    /** Bits 16 to 29 of a request are the size of its argument. */
    private static int sizeIn(int request) {
        return request >>> 16 & 0x3fff;
    }

    @Test
    void argumentsHaveTheSizeThatTheirRequestSays() {
        assertEquals(sizeIn(MshvIoctl.GET_VP_REGISTERS), VpRegistersArgument.CODEC.size());
        assertEquals(sizeIn(MshvIoctl.HYPERCALL_SETUP), HypercallSetupArgument.CODEC.size());
        assertEquals(sizeIn(MshvIoctl.HYPERCALL), HypercallArgument.CODEC.size());
        assertEquals(sizeIn(MshvIoctl.ADD_VTL0_MEMORY), AddVtl0MemoryArgument.CODEC.size());
        assertEquals(sizeIn(MshvIoctl.PVALIDATE), PvalidateArgument.CODEC.size());
        assertEquals(sizeIn(MshvIoctl.RMPADJUST), RmpadjustArgument.CODEC.size());
        assertEquals(sizeIn(MshvIoctl.TDCALL), TdcallArgument.CODEC.size());
        assertEquals(sizeIn(MshvIoctl.SIDECAR_INFO), SidecarInfo.CODEC.size());
    }
}
