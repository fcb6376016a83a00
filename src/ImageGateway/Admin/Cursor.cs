using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Admin;

/// <summary>
/// A position in a paged list, opaque to clients, base64url. Its checksum ensures that a truncated or edited cursor is refused
/// instead of skipping entries. It is not secret and grants nothing: its content comes from a list that the reader has seen.
/// Valid on every replica and after a restart.
/// </summary>
internal static class Cursor
{
    private const int ChecksumBytes = 8;

    // 9999-12-31T23:59:59.999Z
    private const long LastMoment = (Days.LastSecond * 1000) + 999;

    /// <summary>A cursor with these parts; the first may name the list, so that another list's cursor is refused.</summary>
    public static string Of(params string[] parts)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(parts);
        return Base64Url.EncodeToString([.. Checksum(content), .. content]);
    }

    /// <summary>The parts of a cursor, which must have this many.</summary>
    /// <exception cref="GatewayException">It is not the gateway's, or was changed: a 400 that names its parameter.</exception>
    public static string[] Read(string cursor, int parts, string param = "cursor") =>
        Decode(cursor) is { } read && read.Length == parts ? read : throw Invalid(param, cursor);

    /// <summary>A part that is a time in Unix ms. The checksum is not secret: a forged cursor may contain anything.</summary>
    /// <exception cref="GatewayException">It is not a time.</exception>
    public static long Moment(string part, string cursor, string param = "cursor") =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var moment) && moment <= LastMoment ? moment : throw Invalid(param, cursor);

    /// <summary>The error for an invalid cursor, also for a valid one of another list.</summary>
    public static GatewayException Invalid(string param, string cursor) =>
        GatewayException.Invalid(param, cursor, $"next_{param} of the page before, unchanged");

    private static string[]? Decode(string cursor)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(cursor);
            // The decoder tolerates padding and white space; a cursor has one spelling.
            if (bytes.Length < ChecksumBytes || Base64Url.EncodeToString(bytes) != cursor)
                return null;
            var content = bytes.AsSpan(ChecksumBytes);
            var parts = bytes.AsSpan(0, ChecksumBytes).SequenceEqual(Checksum(content)) ? JsonSerializer.Deserialize<string[]>(content) : null;
            // A part may be null whatever its type says; and PostgreSQL cannot store NUL in text.
            return parts is not null && Array.TrueForAll(parts, part => part?.Contains('\0', StringComparison.Ordinal) == false) ? parts : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> Checksum(ReadOnlySpan<byte> content) => SHA256.HashData(content).AsSpan(0, ChecksumBytes);
}
