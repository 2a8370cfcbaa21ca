package dev.igvmtool.abi.hv;

import static java.lang.invoke.MethodHandles.lookup;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Codec;
import dev.igvmtool.abi.binary.Fixed;
import dev.igvmtool.abi.binary.U32;

/**
 * {@code HV_REGISTER_ASSOC}, 32 bytes: one element of a set-registers call.
 *
 * @param name see {@link RegisterName}
 */
public record RegisterAssociation(@U32 int name, @Fixed(12) Bytes padding, RegisterValue value) {
    public static final Codec<RegisterAssociation> CODEC = Codec.of(RegisterAssociation.class, lookup());

    public RegisterAssociation(int name, RegisterValue value) {
        this(name, Bytes.zeros(12), value);
    }
}
