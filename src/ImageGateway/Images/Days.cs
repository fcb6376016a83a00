namespace ImageGateway.Images;

/// <summary>Days, in UTC everywhere.</summary>
internal static class Days
{
    /// <summary>The last second of the year 9999, in Unix seconds: the latest representable time.</summary>
    public const long LastSecond = 253_402_300_799;

    /// <summary>The current day.</summary>
    public static DateOnly Today(this TimeProvider time) => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
}
