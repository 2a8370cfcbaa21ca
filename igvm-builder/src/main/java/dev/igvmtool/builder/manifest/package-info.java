/**
 * What to build: igvmfilegen manifests and resource files, in JSON or YAML, read into immutable records with places
 * for messages. Follows the serde conventions of {@code igvmfilegen_config}; our own manifests add a {@code resources}
 * map whose values may also be boot images to unpack, initrds to assemble and stage programs. Start at
 * {@link dev.igvmtool.builder.manifest.ManifestReader}. Depends on {@code document} and {@code abi}.
 */
@NullMarked
package dev.igvmtool.builder.manifest;

import org.jspecify.annotations.NullMarked;
