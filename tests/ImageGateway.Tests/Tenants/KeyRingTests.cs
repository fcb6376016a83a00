using System.Text;
using ImageGateway.Tenants;

namespace ImageGateway.Tests.Tenants;

public sealed class KeyRingTests
{
    [Fact]
    public void Every_key_finds_its_owner_and_no_other_does() => Properties.Hold(100, random =>
    {
        var keys = Enumerable.Range(0, random.Next(1, 20)).Select(i => $"igw_{i}_{Convert.ToHexString(random.Bytes(16))}").ToList();
        var ring = new KeyRing<string>(keys.Select(key => (ApiKey.Hash(key), $"owner of {key}")));
        foreach (var key in keys)
        {
            Assert.Equal($"owner of {key}", ring.Find(key));
            Assert.Null(ring.Find(key.AsSpan(0, key.Length - 1)));
            Assert.Null(ring.Find($"{key} "));
            Assert.Null(ring.Find(key.ToUpperInvariant()));
        }
    });

    // Hashes that begin alike lie in one place and are told apart by the rest.
    [Fact]
    public void Hashes_that_begin_alike_are_told_apart()
    {
        var hash = ApiKey.Hash("key");
        byte[] other = [.. hash];
        other[31] ^= 1;
        Assert.Null(new KeyRing<string>([(other, "b")]).Find("key"));
        Assert.Equal("a", new KeyRing<string>([(hash, "a"), (other, "b")]).Find("key"));
        Assert.Equal("a", new KeyRing<string>([(other, "b"), (hash, "a")]).Find("key"));
    }

    [Fact]
    public void Replaced_keys_are_gone_and_the_others_stay() => Properties.Hold(100, random =>
    {
        var keys = Enumerable.Range(0, random.Next(1, 20)).Select(i => $"igw_{i}").ToList();
        var removed = keys.Where(_ => random.Next(2) == 0).ToList();
        var before = new KeyRing<string>(keys.Select(key => (ApiKey.Hash(key), key)));

        var after = before.Replace([.. removed.Select(ApiKey.Hash), ApiKey.Hash("nobody's")], [(ApiKey.Hash("added"), "added")]);

        Assert.All(keys, key => Assert.Equal((key, removed.Contains(key) ? null : key), (before.Find(key), after.Find(key))));
        Assert.Equal((null, "added"), (before.Find("added"), after.Find("added")));
    });

    [Fact]
    public void Of_hashes_that_begin_alike_only_the_removed_one_goes()
    {
        var hash = ApiKey.Hash("key");
        byte[] other = [.. hash];
        other[31] ^= 1;
        var ring = new KeyRing<string>([(hash, "a"), (other, "b")]);
        Assert.Equal("a", ring.Replace([other], []).Find("key"));
        Assert.Null(ring.Replace([hash], []).Find("key"));
        Assert.Equal("c", ring.Replace([hash], [(hash, "c")]).Find("key"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nobody's")]
    [InlineData("\ud800")]
    public void Unknown_key_is_nobodys(string key) => Assert.Null(new KeyRing<string>([(ApiKey.Hash("key"), "a")]).Find(key));

    [Fact]
    public void Longest_key_is_512_characters_of_any_kind()
    {
        var key = new string('鍵', 512);
        var ring = new KeyRing<string>([(ApiKey.Hash(key), "a"), (ApiKey.Hash(key + key), "b")]);
        Assert.Equal("a", ring.Find(key));
        Assert.Null(ring.Find(key + key));
    }

    [Fact]
    public void Hash_is_of_the_text_in_utf8() =>
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes("schlüssel")), ApiKey.Hash("schlüssel"));
}
