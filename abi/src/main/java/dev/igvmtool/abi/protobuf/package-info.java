/**
 * Protobuf messages in wire form, as far as components of OpenHCL use them between each other. Specification: Protocol
 * Buffers, Encoding. Start at {@link dev.igvmtool.abi.protobuf.ProtobufField}. Depends on {@code abi.binary}.
 */
@NullMarked
package dev.igvmtool.abi.protobuf;

import org.jspecify.annotations.NullMarked;
