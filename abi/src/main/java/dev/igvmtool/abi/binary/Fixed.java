package dev.igvmtool.abi.binary;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Wire type of a record component: exactly {@link #value()} bytes; the Java type is {@link Bytes}. */
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Fixed {
    /** Number of bytes. */
    int value();
}
