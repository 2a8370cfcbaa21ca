package dev.igvmtool.abi.binary;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Wire type of a record component: 32 bits, unsigned; {@code long} for counts, sizes and offsets, {@code int} for masks and flags. */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface U32 {}
