import mongoose from "mongoose";
test("x", async () => {
  const { BSON } = mongoose.mongo;
  const m = new Map<string, unknown>([["driver", { name: "a" }], ["os", new Map([["q", 1]])]]);
  console.log(BSON.deserialize(BSON.serialize(m)), BSON.serialize(m).toString());
  const c = new mongoose.mongo.MongoClient("mongodb://127.0.0.1:9/");
  console.log(await (c.options as any).metadata);
});
