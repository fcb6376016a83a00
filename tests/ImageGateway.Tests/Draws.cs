namespace ImageGateway.Tests;

/// <summary>What properties draw from a case's number.</summary>
internal static class Draws
{
    public static bool Chance(this Random random, int percent) => random.Next(100) < percent;

    public static T Pick<T>(this Random random, params T[] from) => from[random.Next(from.Length)];

    public static byte[] Bytes(this Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>The bytes in pieces: one by one, or of any length up to <paramref name="longest"/>.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Pieces(this Random random, ReadOnlyMemory<byte> bytes, int longest = 4096)
    {
        longest = random.Pick(1, 2, 7, 64, longest);
        while (!bytes.IsEmpty)
        {
            var length = Math.Min(bytes.Length, random.Next(1, longest + 1));
            yield return bytes[..length];
            bytes = bytes[length..];
        }
    }
}
