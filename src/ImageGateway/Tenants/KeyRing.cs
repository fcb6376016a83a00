using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace ImageGateway.Tenants;

/// <summary>
/// Keys by their SHA-256; no key itself is kept. Looked up by the hash's first bytes, which say nothing of a key,
/// then compared whole in constant time. Immutable.
/// </summary>
internal sealed class KeyRing<T>
    where T : class
{
    private readonly FrozenDictionary<ulong, (byte[] Hash, T Owner)[]> _byPrefix;

    public KeyRing(IEnumerable<(byte[] Hash, T Owner)> keys) =>
        _byPrefix = keys.GroupBy(key => Prefix(key.Hash)).ToFrozenDictionary(group => group.Key, group => group.ToArray());

    /// <summary>A key's hash, as the ring keeps it.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Whose key it is; null when nobody's.</summary>
    public T? Find(ReadOnlySpan<char> key)
    {
        const int Longest = 512;
        if (key.Length is 0 or > Longest)
            return null;
        Span<byte> text = stackalloc byte[Encoding.UTF8.GetMaxByteCount(key.Length)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(key, text)], hash);
        if (!_byPrefix.TryGetValue(Prefix(hash), out var candidates))
            return null;
        T? found = null;
        foreach (var (known, owner) in candidates)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known))
                found = owner;
        }
        return found;
    }

    private static ulong Prefix(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt64LittleEndian(hash);
}
