using System.Buffers;
using ImageGateway.Caching;

namespace ImageGateway.Tests.Caching;

public sealed class ChecksumTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(1_000)]
    [InlineData(100_003)]
    public void Checksum_is_the_same_however_the_bytes_are_cut(int length)
    {
        var (random, bytes) = (new Random(length), new Random(length).Bytes(length));
        var whole = Checksum.Of(new ReadOnlySequence<byte>(bytes));
        for (var i = 0; i < 20; i++)
            Assert.Equal(whole, Checksum.Of(ByteSequence.Of([.. random.Pieces(bytes)])));
    }

    [Fact]
    public void Every_byte_and_the_length_count()
    {
        var bytes = new byte[100];
        var seen = new HashSet<uint> { Of(bytes) };
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = 1;
            Assert.True(seen.Add(Of(bytes)), $"byte {i}");
            bytes[i] = 0;
        }
        for (var length = 0; length < bytes.Length; length++)
            Assert.True(seen.Add(Of(bytes[..length])), $"length {length}");
    }

    private static uint Of(byte[] bytes) => Checksum.Of(new ReadOnlySequence<byte>(bytes));
}
