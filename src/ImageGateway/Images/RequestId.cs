using System.Buffers.Binary;

namespace ImageGateway.Images;

/// <summary>Ids of requests: UUID version 7 (RFC 9562 §5.7), which sort by time.</summary>
internal static class RequestId
{
    /// <summary>
    /// A new id. Its 74 random bits are not secret, so they need not come from the system's generator, which costs a system
    /// call for each request.
    /// </summary>
    public static Guid New(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.Shared.NextBytes(bytes);
        // 48 bits of milliseconds, 4 of the version, 12 random, 2 of the variant, 62 random.
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)now.ToUnixTimeMilliseconds() << 16) | 0x7000u | (BinaryPrimitives.ReadUInt16LittleEndian(bytes) & 0x0FFFu));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
