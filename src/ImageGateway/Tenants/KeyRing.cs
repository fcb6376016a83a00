using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace ImageGateway.Tenants;

/// <summary>
/// Keys by their SHA-256; no key itself is stored. Looked up by the hash's first bytes, which reveal nothing about a key, then
/// compared in full in constant time. Immutable; a changed ring shares most data with its predecessor.
/// </summary>
internal sealed class KeyRing<T>
    where T : class
{
    private readonly ImmutableDictionary<ulong, ImmutableArray<(byte[] Hash, T Owner)>> _byPrefix;

    public KeyRing(IEnumerable<(byte[] Hash, T Owner)> keys) =>
        _byPrefix = keys.GroupBy(key => Prefix(key.Hash)).ToImmutableDictionary(group => group.Key, group => group.ToImmutableArray());

    private KeyRing(ImmutableDictionary<ulong, ImmutableArray<(byte[] Hash, T Owner)>> byPrefix) => _byPrefix = byPrefix;

    /// <summary>The ring without the keys with these hashes, and with others added.</summary>
    public KeyRing<T> Replace(IEnumerable<byte[]> removed, IEnumerable<(byte[] Hash, T Owner)> added)
    {
        var ring = _byPrefix.ToBuilder();
        foreach (var hash in removed)
        {
            if (!ring.TryGetValue(Prefix(hash), out var alike))
                continue;
            alike = alike.RemoveAll(key => key.Hash.AsSpan().SequenceEqual(hash));
            if (alike.IsEmpty)
                ring.Remove(Prefix(hash));
            else
                ring[Prefix(hash)] = alike;
        }
        foreach (var key in added)
            ring[Prefix(key.Hash)] = ring.GetValueOrDefault(Prefix(key.Hash), []).Add(key);
        return new KeyRing<T>(ring.ToImmutable());
    }

    /// <summary>The owner of a key; null when it is unknown.</summary>
    public T? Find(ReadOnlySpan<char> key)
    {
        if (key.Length is 0 or > ApiKey.Longest)
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
