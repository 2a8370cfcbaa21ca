package dev.igvmtool.machine.hypercall;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.machine.partition.Isolation;
import dev.igvmtool.machine.partition.Partition;

/**
 * {@code HvCallVbsVmCallReport}: what the hypervisor of a VBS partition says about it, 560 bytes with 64 of the caller's
 * choice. The identity is the host's to tell (none is told: zero), and there is no key, so the signature is zero
 * (attestation, section 11).
 */
final class VbsVmCallReport implements Hypercall {
    private static final int REPORT_DATA_BYTES = 64;
    private static final int OUTPUT_BYTES = 2048;
    private static final int PACKAGE_BYTES = 0x230;
    private static final int SIGNATURE_BYTES = 256;
    private static final int VERSION = 1;
    private static final int SHA256_RSA_PSS = 1;
    /** Owner, measurement, signer and host data, 32 bytes each. */
    private static final int IDS_BYTES = 128;
    /** Policy, guest VTL, security version, product, module and what is reserved. */
    private static final int POLICY_TO_VTL_BYTES = 4;

    private static final int REST_OF_IDENTITY_BYTES = 76;

    @Override
    public HypercallCode code() {
        return HypercallCode.VBS_VM_CALL_REPORT;
    }

    @Override
    public Shape shape() {
        return Shape.simple(REPORT_DATA_BYTES, OUTPUT_BYTES);
    }

    @Override
    public int run(HypercallFrame frame) {
        Partition partition = frame.partition();
        HypercallFrame.require(partition.config().isolation() == Isolation.VBS, HvStatus.OPERATION_DENIED);
        Bytes report = new ByteWriter()
                .u32(PACKAGE_BYTES)
                .u32(VERSION)
                .u32(SHA256_RSA_PSS)
                .u32(SIGNATURE_BYTES)
                .u32(0)
                .u32(VERSION)
                .bytes(frame.input())
                .zeros(IDS_BYTES)
                .u32(partition.state().enabledVtls())
                .zeros(POLICY_TO_VTL_BYTES)
                .u32(frame.caller().vtl())
                .zeros(REST_OF_IDENTITY_BYTES)
                .zeros(SIGNATURE_BYTES)
                .toBytes();
        frame.putBytes(0, report);
        return HvStatus.SUCCESS;
    }
}
