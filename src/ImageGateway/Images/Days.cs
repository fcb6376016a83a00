namespace ImageGateway.Images;

/// <summary>Days, which are UTC's everywhere.</summary>
internal static class Days
{
    /// <summary>The last second of the year 9999, in Unix seconds: no moment comes after it.</summary>
    public const long LastSecond = 253_402_300_799;

    /// <summary>The day it is.</summary>
    public static DateOnly Today(this TimeProvider time) => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
}
