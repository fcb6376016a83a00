using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ImageGateway.Images;

namespace ImageGateway.Admin;

/// <summary>
/// Where the next page of a list begins, as clients carry it: opaque, base64url. It holds a checksum, so that one cut off or
/// changed by hand is refused instead of skipping entries. It is no secret and grants nothing: what it holds came from a list
/// that its reader saw. Good on every replica and after a restart.
/// </summary>
internal static class Cursor
{
    private const int ChecksumBytes = 8;

    // 9999-12-31T23:59:59.999Z
    private const long LastMoment = 253_402_300_799_999;

    /// <summary>A cursor that holds these parts; the first may name the list, so that another list's cursor is refused.</summary>
    public static string Of(params string[] parts)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(parts);
        return Base64Url.EncodeToString([.. Checksum(content), .. content]);
    }

    /// <summary>The parts of a cursor that must have this many.</summary>
    /// <exception cref="GatewayException">It is none of ours, or changed: a 400 that names the parameter it came in.</exception>
    public static string[] Read(string cursor, int parts, string param = "cursor") =>
        Decode(cursor) is { } read && read.Length == parts ? read : throw Invalid(param, cursor);

    /// <summary>A part of a cursor that is a moment in Unix ms. The checksum is no secret: who makes a cursor of their own may have written anything.</summary>
    /// <exception cref="GatewayException">It is none.</exception>
    public static long Moment(string part, string cursor, string param = "cursor") =>
        long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var moment) && moment <= LastMoment ? moment : throw Invalid(param, cursor);

    /// <summary>The refusal of a cursor, as for one that is ours and of another list.</summary>
    public static GatewayException Invalid(string param, string cursor) =>
        GatewayException.Invalid(param, cursor, $"next_{param} of the page before, unchanged");

    private static string[]? Decode(string cursor)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(cursor);
            // The decoder is lenient about padding and white space; a cursor has one spelling.
            if (bytes.Length < ChecksumBytes || Base64Url.EncodeToString(bytes) != cursor)
                return null;
            var content = bytes.AsSpan(ChecksumBytes);
            var parts = bytes.AsSpan(0, ChecksumBytes).SequenceEqual(Checksum(content)) ? JsonSerializer.Deserialize<string[]>(content) : null;
            // A part may be null whatever its type says; and PostgreSQL has no text with NUL.
            return parts is not null && Array.TrueForAll(parts, part => part?.Contains('\0', StringComparison.Ordinal) == false) ? parts : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static ReadOnlySpan<byte> Checksum(ReadOnlySpan<byte> content) => SHA256.HashData(content).AsSpan(0, ChecksumBytes);
}
