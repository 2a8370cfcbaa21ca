package dev.igvmtool.builder.load;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.MeasuredVtl2Config;
import dev.igvmtool.builder.manifest.ManifestException;
import dev.igvmtool.builder.manifest.ProductPolicy;

/** A product policy as the measured VTL2 configuration carries it: protobuf wire format, absent members omitted. */
final class ProductPolicyMessage {
    private static final long MAGIC = 0x4f48_434c_504f_4c00L;
    private static final int LENGTH_DELIMITED = 2;

    private ProductPolicyMessage() {}

    static Bytes of(ProductPolicy policy) {
        if (policy.requireSecureBoot()
                && (policy.requireSecureBootVars() || policy.requireBcdIntegrity())
                && policy.customUefiJson().isEmpty()) {
            throw new ManifestException("'product_policy' requires secure boot variables or BCD integrity under secure"
                    + " boot, but 'custom_uefi_json' is empty");
        }
        ByteWriter body = new ByteWriter();
        flag(body, 1, policy.requireEphemeralVmgs());
        flag(body, 2, policy.requireSecureBoot());
        flag(body, 3, policy.requireSecureBootVars());
        flag(body, 4, policy.requireBcdIntegrity());
        if (!policy.customUefiJson().isEmpty()) {
            field(body, 5, policy.customUefiJson());
        }
        flag(body, 6, policy.requireSecureAvic());
        ByteWriter tuple = new ByteWriter();
        if (body.size() > 0) {
            field(tuple, 1, body.toBytes());
        }
        ByteWriter variant = new ByteWriter();
        field(variant, policy.kind() == ProductPolicy.Kind.SIVM ? 1 : 2, tuple.toBytes());
        ByteWriter message = new ByteWriter().u8(1 << 3);
        varint(message, MAGIC);
        field(message, 2, variant.toBytes());
        if (message.size() > MeasuredVtl2Config.MAX_POLICY_BYTES) {
            throw new ManifestException("'product_policy' takes " + message.size() + " bytes, its page has room for "
                    + MeasuredVtl2Config.MAX_POLICY_BYTES);
        }
        return message.toBytes();
    }

    private static void flag(ByteWriter writer, int number, boolean value) {
        if (value) {
            writer.u8(number << 3).u8(1);
        }
    }

    private static void field(ByteWriter writer, int number, Bytes content) {
        writer.u8(number << 3 | LENGTH_DELIMITED);
        varint(writer, content.size());
        writer.bytes(content);
    }

    private static void varint(ByteWriter writer, long value) {
        long rest = value;
        while (rest > 0x7f) {
            writer.u8((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        writer.u8((int) rest);
    }
}
