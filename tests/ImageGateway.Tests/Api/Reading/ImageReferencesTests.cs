using System.Text;
using ImageGateway.Api.Reading;
using ImageGateway.Images;

namespace ImageGateway.Tests.Api.Reading;

public sealed class ImageReferencesTests
{
    [Fact]
    public void Addresses_and_file_ids_are_told_apart()
    {
        using var body = Requests.Json("""{ "images" : [ {"image_url":"data:image/png;base64,QUJD"}, { "file_id" : "file-1", "x": [ {"image_url":"y"} ] }, {"image\u005furl":"https:\/\/a/b"} ], "mask": {"image_url":"DATA:,"} }""");
        var read = ImageReferences.Read(body, new JsonParameters(body));

        Assert.Equal([true, false, true], read.Images.Select(image => image.Url is not null));
        Assert.Equal(["data:image/png;base64,QUJD", "https://a/b", "DATA:,"], read.All.Where(image => image.Url is not null).Select(image => DataUrl.Text(body, image)));
        Assert.Equal([true, false, true], read.All.Where(image => image.Url is not null).Select(image => DataUrl.Is(body, image.Url!.Value)));
    }

    [Theory]
    [InlineData("{}", "MissingParameter", "images")]
    [InlineData("""{"images":null}""", "MissingParameter", "images")]
    [InlineData("""{"images":[]}""", "InvalidValue", "images")]
    [InlineData("""{"images":"data:"}""", "InvalidValue", "images")]
    [InlineData("""{"images":[7]}""", "InvalidValue", "images[0]")]
    [InlineData("""{"images":[{"file_id":"a"},{}]}""", "InvalidValue", "images[1]")]
    [InlineData("""{"images":[{"file_id":"a","image_url":"b"}]}""", "InvalidValue", "images[0]")]
    [InlineData("""{"images":[{"image_url":"a","image_url":"b"}]}""", "InvalidValue", "images[0]")]
    [InlineData("""{"images":[{"image_url":{"url":"a"}}]}""", "InvalidValue", "images[0]")]
    [InlineData("""{"images":[[{"file_id":"a"}]]}""", "InvalidValue", "images[0]")]
    [InlineData("""{"images":[{"file_id":"a"}],"mask":"b"}""", "InvalidValue", "mask")]
    [InlineData("""{"images":[{"file_id":"a"}],"mask":{}}""", "InvalidValue", "mask")]
    public void Anything_else_is_named(string json, string kind, string param)
    {
        using var body = Requests.Json(json);
        var error = Requests.Failure(() => ImageReferences.Read(body, new JsonParameters(body)));
        Assert.Equal((Enum.Parse<ErrorKind>(kind), param), (error.Kind, error.Param));
    }

    // Well-formed JSON holds half a character as an escape, and bytes that are no UTF-8 at all.
    [Theory]
    [InlineData("{\"images\":[{\"file_id\":\"\\ud800\"}]}", "images[0]")]
    [InlineData("{\"images\":[{\"file_id\":\"a\"},{\"file_id\":\"\u0086\"}]}", "images[1]")]
    [InlineData("{\"images\":[{\"file_id\":\"a\",\"\\udc00\":1}],\"mask\":{\"file_id\":\"\\ud800\"}}", "mask")]
    public void Text_that_is_none_is_named(string json, string param)
    {
        using var body = Requests.Json(Encoding.Latin1.GetBytes(json));
        var error = Requests.Failure(() => ImageReferences.Read(body, new JsonParameters(body)));
        Assert.Equal((ErrorKind.InvalidValue, param), (error.Kind, error.Param));
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Images_are_16_at_most(int count, bool allowed)
    {
        using var body = Requests.Json($$"""{"images":[{{string.Join(',', Enumerable.Repeat("{\"file_id\":\"a\"}", count))}}]}""");
        if (allowed)
            Assert.Equal(count, ImageReferences.Read(body, new JsonParameters(body)).Images.Count);
        else
            Assert.Equal("images", Requests.Failure(() => ImageReferences.Read(body, new JsonParameters(body))).Param);
    }

    [Fact]
    public void Data_url_decodes_to_its_bytes() => Properties.Hold(200, random =>
    {
        var bytes = random.Bytes(random.Pick(0, 1, 2, 3, 100, 5000, 70_000));
        var base64 = Convert.ToBase64String(bytes);
        var url = random.Chance(50) ? base64 : base64.Replace("/", "\\/", StringComparison.Ordinal);
        var (_, decoded) = Decode($"data:image/png;base64,{url}", bytes.Length);
        Assert.Equal(bytes, decoded);
    });

    [Theory]
    [InlineData("data:image/png,QUJD")]
    [InlineData("data:image/png;base64")]
    [InlineData("data:image/png;base64,QUJ")]
    [InlineData("data:image/png;base64,QUJDRA")]
    [InlineData("data:image/png;base64,Q")]
    [InlineData("data:image/png;base64,QU JD")]
    [InlineData("data:image/png;base64,QUJD!AAA")]
    [InlineData("data:image/png;base64,QQ==QUJD")]
    [InlineData("data:image/png;base64,QUJ-")]
    public void Data_url_that_is_no_base64_is_refused(string url) =>
        Assert.Equal((ErrorKind.InvalidValue, "images"), Requests.Failure(() => Decode(url, 100)) is var error ? (error.Kind, error.Param) : default);

    [Fact]
    public void Data_url_above_the_limit_is_refused() => Assert.False(Decode("data:image/png;base64,QUJD", 2).Fits);

    private static (bool Fits, byte[] Bytes) Decode(string url, long limit)
    {
        using var body = Requests.Json($$"""{"images":[{"image_url":"{{url}}"}]}""");
        using var spooled = Requests.Spooled([]);
        var image = ImageReferences.Read(body, new JsonParameters(body)).Images[0];
        var fits = DataUrl.DecodeAsync(body, image, "images", spooled, limit, CancellationToken.None).GetAwaiter().GetResult();
        var bytes = new byte[spooled.Length];
        spooled.Read(0, bytes);
        return (fits, bytes);
    }
}
