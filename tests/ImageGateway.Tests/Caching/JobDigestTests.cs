using ImageGateway.Api.Reading;
using ImageGateway.Caching;
using ImageGateway.Images;
using ImageGateway.Tests.Catalog;

namespace ImageGateway.Tests.Caching;

public sealed class JobDigestTests
{
    private const string Fox = """{"model":"gpt-image-1","prompt":"a fox","quality":"low"}""";

    [Theory]
    [InlineData("""{"quality":"low", "prompt" : "a fox","model":"gpt-image-1"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"  a fox\n","quality":"low"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a \u0066ox","quality":"low"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","user":"u","stream":true,"partial_images":2,"response_format":"b64_json"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","n":1,"size":"auto","background":"auto","output_format":"png","output_compression":100,"moderation":"auto"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","input_fidelity":"low"}""")]
    public void Picture_key_is_of_what_decides_the_picture(string body) => Assert.Equal(PictureKey(Fox), PictureKey(body));

    [Theory]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"high"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A fox","quality":"low"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a  fox","quality":"low"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","n":2}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","size":"1024x1024"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","background":"opaque"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","output_format":"webp"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","output_compression":50}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","moderation":"low"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","input_fidelity":"high"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","seed":1}""")]
    public void Other_pictures_have_other_keys(string body) => Assert.NotEqual(PictureKey(Fox), PictureKey(body));

    [Fact]
    public void Other_models_draw_other_pictures() => Assert.NotEqual(PictureKey(Fox), PictureKey(Fox, "gpt-image-1-mini"));

    [Theory]
    [InlineData("""{"seed":[1,{"a":"b"}]}""", """{"seed": [ 1, { "\u0061": "b" } ] }""", true)]
    [InlineData("""{"seed":1,"other":2}""", """{"other":2,"seed":1}""", true)]
    [InlineData("""{"seed":1}""", """{"seed":2}""", false)]
    [InlineData("""{"seed":"1"}""", """{"seed":1}""", false)]
    [InlineData("""{"seed":["a","b"]}""", """{"seed":["ab"]}""", false)]
    [InlineData("""{"seed":{"a":1}}""", """{"seed":["a",1]}""", false)]
    [InlineData("""{"images":["a"]}""", """{"images":["b"]}""", false)]
    [InlineData("""{"mask":"a"}""", """{"mask":"b"}""", false)]
    public void Unknown_fields_count_by_what_they_say(string one, string other, bool isSame)
    {
        var (a, b) = ($$"""{"prompt":"a fox",{{one[1..]}}""", $$"""{"prompt":"a fox",{{other[1..]}}""");
        Assert.Equal(isSame, PictureKey(a) == PictureKey(b));
        Assert.Equal(isSame, BodyKey(a) == BodyKey(b));
    }

    [Theory]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","user":"u"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox ","quality":"low"}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","stream":true}""")]
    [InlineData("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","n":2}""")]
    [InlineData("""{"prompt":"a fox","quality":"low"}""")]
    public void Body_key_is_of_every_field(string body) => Assert.NotEqual(BodyKey(Fox), BodyKey(body));

    [Fact]
    public void Default_that_is_written_out_is_the_same_body() =>
        Assert.Equal(BodyKey(Fox), BodyKey("""{"model":"gpt-image-1","prompt":"a fox","quality":"low","n":1,"stream":false,"partial_images":0}"""));

    [Fact]
    public void Body_key_is_not_of_how_the_body_is_written() =>
        Assert.Equal(BodyKey(Fox), BodyKey("""{ "quality": "low", "prompt": "\u0061 fox", "model": "gpt-image-1" }"""));

    [Theory]
    [InlineData("vivid", true)]
    [InlineData("natural", false)]
    public void Style_of_a_model_that_has_one_is_vivid_by_default(string style, bool isSame) =>
        Assert.Equal(isSame, PictureKey(Fox, "dall-e-3") == PictureKey(Fox.Replace("}", $",\"style\":\"{style}\"}}", StringComparison.Ordinal), "dall-e-3"));

    [Fact]
    public void Operation_counts() => Assert.NotEqual(EditKey(["a"], null), EditKey(["a"], null, Operation.Variation));

    [Fact]
    public void Bytes_of_pictures_and_mask_and_their_order_count()
    {
        var keys = new HashSet<string>();
        foreach (var (images, mask) in ((string[], string?)[])[(["a", "b"], null), (["b", "a"], null), (["ab"], null), (["a", "b"], "c"), (["a", "b", "c"], null)])
            Assert.True(keys.Add(EditKey(images, mask)));
        Assert.False(keys.Add(EditKey(["a", "b"], "c")));
    }

    [Theory]
    [InlineData("""{"images":[{"image_url":"data:,a"}]}""", """{"images":[{"image_url":"data:,\u0061"}]}""", true)]
    [InlineData("""{"images":[{"image_url":"data:,a"}]}""", """{"images":[{"file_id":"img_1"}]}""", true)]
    [InlineData("""{"images":[{"image_url":"data:,a","detail":"low"}]}""", """{"images":[ { "det\u0061il": "low", "image_url": "data:,a" } ]}""", true)]
    [InlineData("""{"images":[{"image_url":"data:,a"}]}""", """{"images":[{"image_url":"data:,a","detail":"low"}]}""", false)]
    [InlineData("""{"images":[{"image_url":"data:,a","detail":"low"}]}""", """{"images":[{"image_url":"data:,a","detail":"high"}]}""", false)]
    [InlineData("""{"images":[{"image_url":"data:,a","detail":{"x":1}},{"image_url":"data:,a"}]}""", """{"images":[{"image_url":"data:,a"},{"image_url":"data:,a","detail":{"x":1}}]}""", false)]
    [InlineData("""{"images":[{"image_url":"data:,a","file_id":1}]}""", """{"images":[{"image_url":"data:,a","file_id":2}]}""", false)]
    [InlineData("""{"mask":{"image_url":"data:,a","detail":"low"}}""", """{"mask":{"image_url":"data:,a"}}""", false)]
    public void What_else_is_said_of_pictures_counts_and_not_where_they_came_from(string one, string other, bool isSame) =>
        Assert.Equal(isSame, JsonEditKey(one) == JsonEditKey(other));

    private static string JsonEditKey(string body)
    {
        using var job = Job($$"""{"prompt":"a fox",{{body[1..]}}""") with { Operation = Operation.Edit, Images = [Requests.Image("a.png", "a")] };
        using var digest = new JobDigest(job);
        return digest.PictureKey(ShippedCatalogue.Model("gpt-image-1"), job.Parameters, "west");
    }

    private static string PictureKey(string body, string model = "gpt-image-1")
    {
        using var job = Job(body);
        using var digest = new JobDigest(job);
        return digest.PictureKey(ShippedCatalogue.Model(model), job.Parameters, "west");
    }

    private static string BodyKey(string body)
    {
        using var job = Job(body);
        using var digest = new JobDigest(job);
        return digest.BodyKey();
    }

    private static ImageJob Job(string text)
    {
        var body = Requests.Json(text);
        var source = new JsonParameters(body);
        return new ImageJob { Operation = Operation.Generation, Model = Parameters.Model(source), Prompt = Parameters.Prompt(source, Operation.Generation), Parameters = Parameters.Read(source), Body = body };
    }

    private static string EditKey(string[] images, string? mask, Operation operation = Operation.Edit)
    {
        using var job = new ImageJob
        {
            Operation = operation,
            Prompt = "a fox",
            Parameters = new ImageParameters(),
            Images = [.. images.Select(image => Requests.Image("a.png", image))],
            Mask = mask is null ? null : Requests.Image("a.png", mask),
            Body = new FormBody([], []),
        };
        using var digest = new JobDigest(job);
        return digest.PictureKey(ShippedCatalogue.Model("gpt-image-1"), job.Parameters, "west");
    }
}
