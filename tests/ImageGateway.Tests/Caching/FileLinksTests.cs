using ImageGateway.Caching.Files;

namespace ImageGateway.Tests.Caching;

public sealed class FileLinksTests
{
    private readonly ManualTime _time = new();
    private readonly FileId _id = FileId.New("acme");

    [Fact]
    public void Address_is_good_until_it_expires()
    {
        var links = Links(1);
        var (exp, sig) = Parts(links.Address(_id));
        Assert.Equal(TimeSpan.FromHours(1), links.Left(_id, exp, sig));
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(TimeSpan.FromMinutes(1), links.Left(_id, exp, sig));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(links.Left(_id, exp, sig));
    }

    [Fact]
    public void Address_that_was_changed_is_none()
    {
        var links = Links(1);
        var (exp, sig) = Parts(links.Address(_id));
        Assert.Null(links.Left(_id, $"{long.Parse(exp) + 1}", sig));
        Assert.Null(links.Left(_id, $"0{exp}", sig));
        Assert.Null(links.Left(_id, exp, sig[..^1] + (sig[^1] == 'A' ? 'E' : 'A')));
        Assert.Null(links.Left(_id, exp, sig[..^1]));
        Assert.Null(links.Left(_id, exp, ""));
        Assert.Null(links.Left(_id, exp, null));
        Assert.Null(links.Left(_id, null, sig));
        Assert.Null(links.Left(FileId.New("acme"), exp, sig));
        Assert.Null(Links(2).Left(_id, exp, sig));
    }

    [Theory]
    [InlineData("")]
    [InlineData("file-abc")]
    [InlineData("img_0123456789abcdef0123456789abcdef0123456789abcdeG")]
    [InlineData("img_0123456789abcdef0123456789abcdef0123456789abcde")]
    [InlineData("IMG_0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Other_ids_are_not_the_gateways(string text) => Assert.Null(FileId.Parse(text));

    [Fact]
    public void Id_belongs_to_its_tenant_alone()
    {
        Assert.Equal(_id, FileId.Parse($"{_id}"));
        Assert.True(_id.BelongsTo("acme"));
        Assert.False(_id.BelongsTo("acme2"));
        Assert.DoesNotContain("acme", $"{_id}", StringComparison.Ordinal);
    }

    private FileLinks Links(byte key) => new([.. Enumerable.Repeat(key, FileLinks.KeyBytes)], TimeSpan.FromHours(1), _time);

    private static (string Exp, string Sig) Parts(string address)
    {
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(new Uri("http://a"), address).Query);
        return (query["exp"].ToString(), query["sig"].ToString());
    }
}
